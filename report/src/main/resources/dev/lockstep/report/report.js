'use strict';
(() => {
  const view = JSON.parse(document.getElementById('data').textContent);
  const summary = view.summary;

  // ---------------------------------------------------------------- words and numbers

  /** Numbers that are not finite come as strings. */
  const num = value => value === null || value === undefined ? NaN : Number(value);

  function show(value) {
    const x = num(value);
    if (x === 0 || !Number.isFinite(x)) return String(x);
    const size = Math.abs(x);
    if (size < 1e-3 || size >= 1e6) return x.toExponential(3);
    return String(Number(x.toPrecision(4)));
  }
  const count = n => Number(n).toLocaleString('en-US');
  const percent = share => Number.isFinite(num(share)) ? (100 * num(share)).toFixed(2) + ' %' : '–';
  const axisTitle = axis => axis.unit ? axis.label + ' (' + axis.unit + ')' : axis.label;

  /** Builds an element; strings become text, never markup. */
  function el(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined) element.setAttribute(key, value);
    }
    for (const child of children.flat()) {
      if (child !== null && child !== undefined) element.append(child);
    }
    return element;
  }
  const scroll = (label, child) => el('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label}, child);

  /** A table; cells that are numbers stand on the right. */
  function table(caption, head, rows, rowClass) {
    const cell = (tag, value, more) => typeof value === 'number'
      ? el(tag, {class: 'number', 'data-value': value, ...more}, show(value))
      : el(tag, {class: / %$/.test(value) ? 'number' : null, ...more}, value);
    return el('table', {'aria-label': caption},
      el('thead', {}, el('tr', {}, head.map(h => el('th', {scope: 'col'}, h)))),
      el('tbody', {}, rows.map((row, i) => el('tr', {class: rowClass ? rowClass(row, i) : null},
        row.map((value, j) => j === 0 ? cell('th', value, {scope: 'row'}) : cell('td', value))))));
  }

  // ---------------------------------------------------------------- the frame of every chart

  const DASHES = ['', '7 4', '2 3', '10 3 2 3', '5 2', '1 4', '12 4', '4 2 1 2'];
  const colour = i => 'var(--c' + (i % 8) + ')';
  const frames = [];
  let ids = 0;

  /** A sample of a line, for legends and tips. */
  function swatch(series) {
    const svg = d3.create('svg').attr('viewBox', '0 0 26 10').attr('aria-hidden', 'true');
    svg.append('line').attr('x1', 0).attr('x2', 26).attr('y1', 5).attr('y2', 5)
      .attr('stroke', series.colour).attr('stroke-width', series.width || 2).attr('stroke-dasharray', series.dash);
    return svg.node();
  }

  /**
   * Adds a chart with heading, tools, tip, and the table behind it.
   *
   * make(state) returns {rows, head, draw(plot) -> {marks, verify()}}; controls are drop-down lists that
   * change the state and draw anew.
   */
  function frame(parent, {title, note, wide, controls = []}, make) {
    const id = 'chart' + (++ids);
    const figure = el('figure', {class: 'chart' + (wide ? ' wide' : ''), id, 'aria-labelledby': id + '-title'});
    const caption = el('figcaption', {id: id + '-title'}, title, note ? el('small', {}, note) : null);
    const tools = el('div', {class: 'tools'});
    const legend = el('div', {class: 'legend', role: 'group', 'aria-label': 'Lines of ' + title});
    const plot = el('div', {class: 'plot-frame'});
    const tip = el('div', {class: 'tip', hidden: ''});
    const live = el('div', {class: 'live', role: 'status'});
    const behind = el('details', {class: 'table-behind'}, el('summary', {}, 'The numbers as a table'));
    figure.append(caption, tools, legend, plot, live, behind);
    parent.append(figure);

    const self = {id, title, figure, plot, legend, tip, live, tools, state: {hidden: new Set()}, marks: 0, zoom: null};
    for (const control of controls) {
      self.state[control.key] = control.options[0].value;
      if (control.options.length < 2) continue;
      const select = el('select', {'aria-label': control.label + ', ' + title},
        control.options.map(o => el('option', {value: o.value}, o.name)));
      select.addEventListener('change', () => {
        self.state[control.key] = select.value;
        self.state.hidden.clear();
        self.draw();
      });
      tools.append(el('label', {}, control.label, select));
    }
    const zooms = el('span', {class: 'zooms', role: 'group', 'aria-label': 'Zoom of ' + title});
    tools.append(zooms);
    for (const [name, label, factor] of [['+', 'Zoom in', 2], ['−', 'Zoom out', .5], ['Whole', 'Show the whole chart', 0]]) {
      const button = el('button', {type: 'button', title: label, 'aria-label': label + ', ' + title}, name);
      button.addEventListener('click', () => self.zoom && self.zoom(factor));
      zooms.append(button);
    }
    self.draw = () => {
      const width = plot.clientWidth;
      if (!width) return;
      self.width = width;
      plot.replaceChildren(tip);
      tip.hidden = true;
      const spec = make(self.state);
      const drawn = spec.draw(self, width);
      self.marks = drawn.marks;
      self.verify = drawn.verify;
      behind.replaceChildren(behind.firstChild,
        scroll('Numbers of ' + title, table('Numbers of ' + title, spec.head, spec.rows)));
    };
    self.tell = (x, y, lines) => {
      tip.replaceChildren(...lines.map(line => el('div', {}, line)));
      tip.hidden = false;
      const right = x > self.width / 2;
      tip.style.left = right ? '' : x + 14 + 'px';
      tip.style.right = right ? self.width - x + 14 + 'px' : '';
      tip.style.top = Math.max(0, y) + 'px';
    };
    self.quiet = () => { tip.hidden = true; };
    frames.push(self);
    self.draw();
    return self;
  }

  // ---------------------------------------------------------------- scales and axes

  const SUPERSCRIPTS = {'-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹'};
  const power = exponent => '10' + [...String(exponent)].map(c => SUPERSCRIPTS[c]).join('');
  const ZERO_STRIP = 20;

  /** Maps numbers to pixels; on a logarithmic axis 0 has a line of its own at the low end. */
  function scale(values, logarithmic, from, to, {pad = 0.04, include = []} = {}) {
    const finite = values.concat(include).filter(Number.isFinite);
    if (logarithmic && finite.every(v => v >= 0)) {
      const positive = finite.filter(v => v > 0);
      const zeros = finite.some(v => v === 0);
      let low = positive.length ? d3.min(positive) : 1e-1;
      let high = positive.length ? d3.max(positive) : 1;
      if (high / low < 1.001) { low /= 2; high *= 2; }
      const strip = zeros ? Math.sign(from - to) * ZERO_STRIP : 0;
      const log = d3.scaleLog().domain([low, high]).range([from - strip, to]);
      if (pad) log.nice();
      return Object.assign(v => v > 0 ? log(v) : v === 0 && zeros ? from - strip * .25 : NaN,
        {log: true, zeros, zeroAt: from - strip * .25, core: log, invert: p => log.invert(p)});
    }
    let [low, high] = finite.length ? d3.extent(finite) : [0, 1];
    if (low === high) { low -= Math.abs(low) * .05 || .5; high += Math.abs(high) * .05 || .5; }
    const linear = d3.scaleLinear().domain([low, high]).range([from, to]);
    if (pad) linear.nice();
    return Object.assign(v => linear(v), {log: false, zeros: false, core: linear, invert: p => linear.invert(p)});
  }

  function ticks(core, isLog, room, each) {
    const wanted = Math.max(2, Math.floor(room / each));
    if (!isLog) return {values: core.ticks(wanted), name: core.tickFormat(wanted)};
    const [low, high] = core.domain().map(Math.log10);
    const decades = d3.range(Math.ceil(low - 1e-9), Math.floor(high + 1e-9) + 1);
    if (decades.length >= 3) {
      const stride = Math.ceil(decades.length / wanted);
      return {values: decades.filter(e => e % stride === 0).map(e => Number('1e' + e)),
        name: v => { const e = Math.round(Math.log10(v)); return e >= 0 && e <= 4 ? count(v) : power(e); }};
    }
    const values = [];
    for (const exponent of d3.range(Math.floor(low), Math.ceil(high) + 1)) {
      for (const digit of [1, 2, 5]) {
        const value = Number(digit + 'e' + exponent);
        const far = values.every(v => Math.abs(core(v) - core(value)) >= each / 2);
        if (value >= core.domain()[0] && value <= core.domain()[1] && far) values.push(value);
      }
    }
    if (values.length < 2) return {values: core.domain(), name: v => show(v)};
    return {values, name: v => show(v)};
  }

  function drawAxes(svg, {x, y, box, xAxis, yAxis}) {
    const g = svg.append('g').attr('class', 'axes').attr('aria-hidden', 'true');
    const xt = ticks(x.core, x.log, box.right - box.left, 80);
    const yt = ticks(y.core, y.log, box.bottom - box.top, 42);
    g.append('g').attr('class', 'grid').selectAll('line').data(yt.values).join('line')
      .attr('x1', box.left).attr('x2', box.right).attr('y1', v => y(v)).attr('y2', v => y(v));
    g.append('g').attr('class', 'axis').attr('transform', 'translate(0,' + box.bottom + ')')
      .call(d3.axisBottom(x.core).tickValues(xt.values).tickFormat(xt.name).tickSizeOuter(0));
    g.append('g').attr('class', 'axis').attr('transform', 'translate(' + box.left + ',0)')
      .call(d3.axisLeft(y.core).tickValues(yt.values).tickFormat(yt.name).tickSizeOuter(0));
    if (y.zeros) {
      g.append('line').attr('class', 'zero').attr('x1', box.left).attr('x2', box.right).attr('y1', y.zeroAt).attr('y2', y.zeroAt);
      g.append('text').attr('x', box.left - 9).attr('y', y.zeroAt).attr('dy', '.32em').attr('text-anchor', 'end').text('0');
    }
    if (x.zeros) {
      g.append('text').attr('x', x.zeroAt).attr('y', box.bottom + 18).attr('text-anchor', 'middle').text('0');
    }
    g.append('text').attr('x', (box.left + box.right) / 2).attr('y', box.bottom + 36).attr('text-anchor', 'middle').text(axisTitle(xAxis));
    g.append('text').attr('transform', 'translate(13,' + (box.top + box.bottom) / 2 + ') rotate(-90)').attr('text-anchor', 'middle').text(axisTitle(yAxis));
    return g;
  }

  // ---------------------------------------------------------------- curves

  const bisect = d3.bisector(p => p.x).center;

  /**
   * Curves over one axis.
   *
   * series: {name, points: [{x, y, low, high, note}], colour, dash, width}; vertical and horizontal: marks {at, name}
   */
  function curves({x: xAxis, y: yAxis, series, vertical = [], horizontal = [], height = 300}) {
    const xs = [...new Set(series.flatMap(s => s.points.map(p => p.x)))].sort(d3.ascending);
    const banded = s => s.points.some(p => p.low !== p.high && p.low !== undefined);
    const head = [axisTitle(xAxis)];
    for (const s of series) {
      head.push(s.name);
      if (banded(s)) head.push(s.name + ', lowest', s.name + ', highest');
      if (s.points.some(p => p.note)) head.push('where');
    }
    const lookup = series.map(s => new Map(s.points.map(p => [p.x, p])));
    const rows = xs.map(x => {
      const row = [x];
      series.forEach((s, i) => {
        const p = lookup[i].get(x);
        row.push(p ? p.y : '');
        if (banded(s)) row.push(p ? p.low : '', p ? p.high : '');
        if (s.points.some(q => q.note)) row.push(p && p.note ? p.note : '');
      });
      return row;
    });
    const columns = [];
    for (let i = 0, at = 1; i < series.length; i++) {
      columns.push(at);
      at += 1 + (banded(series[i]) ? 2 : 0) + (series[i].points.some(p => p.note) ? 1 : 0);
    }

    function draw(self, width) {
      const shown = series.filter(s => !self.state.hidden.has(s.name));
      const box = {left: 66, right: width - 22, top: 22, bottom: height - 46};
      const svg = d3.create('svg').attr('viewBox', [0, 0, width, height]).attr('height', height)
        .attr('tabindex', 0).attr('role', 'group')
        .attr('aria-label', self.title + '. ' + series.length + ' lines of ' + xs.length + ' points; left and right arrow keys read them out, plus and minus zoom.');
      const clip = self.id + '-clip';
      svg.append('clipPath').attr('id', clip).append('rect')
        .attr('x', box.left).attr('width', Math.max(0, box.right - box.left)).attr('y', box.top - 6).attr('height', box.bottom - box.top + 12);
      const whole = scale(xs, xAxis.logarithmic, box.left, box.right, {pad: 0});
      const y = scale(shown.flatMap(s => s.points.flatMap(p => banded(s) ? [p.y, p.low, p.high] : [p.y])), yAxis.logarithmic,
        box.bottom, box.top, {include: horizontal.map(h => h.at)});
      let x = whole;
      const axes = svg.append('g');
      const ink = svg.append('g').attr('clip-path', 'url(#' + clip + ')');
      const cursor = svg.append('g').attr('class', 'cursor');
      const lineOf = d3.line().defined(p => Number.isFinite(p.y) && Number.isFinite(y(p.y))).x(p => x(p.x)).y(p => y(p.y));
      const areaOf = d3.area().defined(p => Number.isFinite(p.low) && Number.isFinite(p.high)).x(p => x(p.x)).y0(p => y(p.low)).y1(p => y(p.high));

      function paint() {
        axes.selectAll('*').remove();
        ink.selectAll('*').remove();
        drawAxes(axes, {x, y, box, xAxis, yAxis});
        for (const s of shown) {
          if (banded(s)) ink.append('path').attr('d', areaOf(s.points)).attr('fill', s.colour).attr('opacity', .18);
        }
        for (const s of shown) {
          ink.append('path').attr('class', 'line').attr('data-series', series.indexOf(s)).attr('d', lineOf(s.points))
            .attr('fill', 'none').attr('stroke', s.colour).attr('stroke-width', s.width || 2).attr('stroke-dasharray', s.dash)
            .attr('stroke-linejoin', 'round');
          if (s.points.length <= 12) {
            ink.append('g').selectAll('circle').data(s.points.filter(p => Number.isFinite(y(p.y)))).join('circle')
              .attr('r', 3).attr('cx', p => x(p.x)).attr('cy', p => y(p.y)).attr('fill', s.colour);
          }
        }
        vertical.forEach((v, i) => {
          const at = x(v.at);
          if (!(at >= box.left - 1 && at <= box.right + 1)) return;
          ink.append('line').attr('class', 'mark').attr('x1', at).attr('x2', at).attr('y1', box.top).attr('y2', box.bottom);
          const right = at > (box.left + box.right) / 2;
          ink.append('text').attr('x', at + (right ? -5 : 5)).attr('y', box.top + 10 + 14 * i).attr('text-anchor', right ? 'end' : 'start').text(v.name);
        });
        for (const h of horizontal) {
          ink.append('line').attr('class', 'mark').attr('x1', box.left).attr('x2', box.right).attr('y1', y(h.at)).attr('y2', y(h.at));
          ink.append('text').attr('x', box.right - 4).attr('y', y(h.at) - 5).attr('text-anchor', 'end').text(h.name);
        }
      }
      paint();
      if (!shown.some(s => s.points.some(p => Number.isFinite(y(p.y))))) {
        svg.append('text').attr('x', (box.left + box.right) / 2).attr('y', (box.top + box.bottom) / 2).attr('text-anchor', 'middle').text('no finite number to draw');
      }

      let at = -1;
      function point(i, aloud) {
        at = Math.max(0, Math.min(xs.length - 1, i));
        const px = x(xs[at]);
        cursor.selectAll('*').remove();
        cursor.append('line').attr('x1', px).attr('x2', px).attr('y1', box.top).attr('y2', box.bottom);
        const lines = [[el('b', {}, axisTitle(xAxis) + ' ' + show(xs[at]))]];
        const words = [axisTitle(xAxis) + ' ' + show(xs[at])];
        for (const s of shown) {
          const p = lookup[series.indexOf(s)].get(xs[at]);
          if (!p) continue;
          const py = y(p.y);
          if (Number.isFinite(py)) cursor.append('circle').attr('r', 4).attr('cx', px).attr('cy', py).attr('fill', s.colour);
          const text = s.name + ': ' + show(p.y) + (banded(s) ? ' (' + show(p.low) + ' to ' + show(p.high) + ')' : '') + (p.note ? ', ' + p.note : '');
          lines.push([swatch(s), text]);
          words.push(text);
        }
        self.tell(px, box.top, lines);
        if (aloud) self.live.textContent = words.join('; ');
      }
      const quiet = () => { cursor.selectAll('*').remove(); self.quiet(); };
      const nearest = px => bisect(xs.map(v => ({x: x(v)})), px);
      const behaviour = d3.zoom().scaleExtent([1, 200]).extent([[box.left, 0], [box.right, height]])
        .translateExtent([[box.left, 0], [box.right, height]])
        .filter(event => event.type === 'wheel' ? event.ctrlKey || event.metaKey || document.activeElement === svg.node()
          : !event.button && (event.type !== 'touchstart' || event.touches.length > 1))
        .on('zoom', event => {
          const core = event.transform.rescaleX(whole.core);
          x = Object.assign(v => core(v), {log: whole.log, zeros: whole.zeros && event.transform.k === 1, zeroAt: whole.zeroAt, core, invert: core.invert});
          if (event.transform.k === 1) x = whole;
          quiet();
          paint();
        });
      svg.call(behaviour).on('dblclick.zoom', null);
      self.zoom = factor => factor ? svg.call(behaviour.scaleBy, factor) : svg.call(behaviour.transform, d3.zoomIdentity);
      svg.on('pointermove', event => { const [px] = d3.pointer(event); if (px >= box.left - 8) point(nearest(px), false); })
        .on('pointerleave blur', quiet)
        .on('keydown', event => {
          const keys = {ArrowRight: () => point(at + 1, true), ArrowLeft: () => point(at - 1, true), Home: () => point(0, true), End: () => point(xs.length - 1, true),
            '+': () => self.zoom(2), '=': () => self.zoom(2), '-': () => self.zoom(.5), 0: () => self.zoom(0), Escape: quiet};
          if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
        });
      self.plot.append(svg.node());

      self.legend.replaceChildren(...(series.length < 2 ? [] : series.map(s => {
        const on = !self.state.hidden.has(s.name);
        const button = el('button', {type: 'button', 'aria-pressed': on, title: 'Show or hide this line'}, swatch(s), s.name);
        button.addEventListener('click', () => {
          if (on) self.state.hidden.add(s.name); else self.state.hidden.delete(s.name);
          self.draw();
          self.legend.children[series.indexOf(s)].focus();
        });
        return button;
      })));

      return {
        marks: shown.reduce((sum, s) => sum + s.points.filter(p => Number.isFinite(y(p.y))).length, 0),
        // Reads the picture back: where each line bends must be where the table's numbers are.
        verify: cells => {
          const wrong = [];
          svg.selectAll('path.line').each(function () {
            const s = Number(this.getAttribute('data-series'));
            const drawn = (this.getAttribute('d') || '').match(/[ML][^MLZ]+/g) || [];
            const told = cells.map(row => ({x: row[0], y: row[columns[s]]})).filter(p => p.y !== '' && Number.isFinite(y(p.y)));
            if (drawn.length !== told.length) wrong.push(series[s].name + ': ' + drawn.length + ' points drawn, ' + told.length + ' in the table');
            else told.forEach((p, i) => {
              const [px, py] = drawn[i].slice(1).split(',').map(Number);
              if (Math.abs(px - x(p.x)) > .01 || Math.abs(py - y(p.y)) > .01) wrong.push(series[s].name + ' at ' + p.x);
            });
          });
          return wrong;
        },
      };
    }
    return {head, rows, draw};
  }

  // ---------------------------------------------------------------- the first screen

  const page = document.getElementById('page');
  const good = verdict => ['AGREE', 'DIVERGED_ALIKE', 'EXPLAINED'].includes(verdict);
  const badge = verdict => el('span', {class: 'badge ' + (good(verdict) ? 'good' : 'bad')}, (good(verdict) ? '✔ ' : '✖ ') + verdict);
  const single = summary.runs.length === 1;
  const many = summary.variants.length > 1;
  const titleOf = run => run.variant ? run.experiment + '/' + run.variant : run.experiment;
  const variantTitle = variant => variant.experiment.variant ? variant.experiment.id + '/' + variant.experiment.variant : variant.experiment.id;
  const sides = summary.runs[0].implementations.map(side => side.name);

  function firstScreen() {
    const nav = el('nav', {'aria-label': 'Sections'});
    page.append(el('header', {class: 'brand'}, el('b', {}, 'Lockstep'), el('span', {}, sides.join(' and ')), nav));
    const main = el('main', {id: 'main', tabindex: -1});
    page.append(main);
    main.append(el('h1', {}, view.title));
    if (view.search) {
      if (view.search.shows) main.append(el('p', {class: 'quiet'}, view.search.shows));
    } else if (single && summary.variants[0].experiment.shows) {
      const e = summary.variants[0].experiment;
      main.append(el('p', {class: 'quiet'}, (e.chapter ? 'Chapter ' + e.chapter + ': ' : '') + e.shows));
    }
    if (summary.dataset.notice) main.append(el('p', {class: 'notice', role: 'alert'}, '⚠ ' + summary.dataset.notice));
    main.append(el('section', {class: 'verdict ' + (good(view.verdict) ? 'good' : 'bad'), 'aria-label': 'Verdict'},
      el('p', {class: 'word'}, (good(view.verdict) ? '✔ ' : '✖ ') + view.verdict),
      el('p', {class: 'headline'}, view.headline), el('p', {}, view.meaning)));
    const screen = el('div', {class: 'screen'});
    main.append(screen);
    if (view.divergence.length) {
      screen.append(el('section', {class: 'card', id: 'divergence'},
        el('h2', {}, 'First divergence' + (single ? '' : ': ' + titleOf(view.failed) + ', seed ' + view.failed.seed)),
        list(view.divergence)));
    }
    if (view.search) screen.append(ranking(view.search), finalist(view.search));
    if (single && view.attributions[0].length) screen.append(attribution(summary.runs[0], view.attributions[0]));
    if (single && summary.variants[0].loss.length) screen.append(bothSides(summary.runs[0], view.solos[0]));
    screen.append(el('section', {class: 'card'}, el('h2', {}, 'To repeat it'), el('code', {class: 'command'}, view.search ? view.search.command : summary.command),
      summary.dataset.train > 0 ? el('p', {class: 'quiet'}, 'Data: ' + summary.dataset.name + ', ' + count(summary.dataset.train) + ' images to train on, ' + count(summary.dataset.test) + ' to test.') : null));
    return {main, nav};
  }

  const list = lines => el('ul', {class: 'lines'}, lines.map(line => el('li', {class: line.startsWith('  ') ? 'inner' : null}, line.trim())));
  const attribution = (run, lines) => el('section', {class: 'card'}, el('h2', {}, 'What explains ' + (single ? 'it' : titleOf(run))), list(lines));

  function bothSides(run, solo) {
    return el('section', {class: 'card'}, el('h2', {}, view.search ? 'The finalist on both sides' : 'Both sides'),
      scroll('Both sides', table('Both sides', ['', ...run.implementations.map(side => side.name)], [
        ['loss of the last batch', ...run.implementations.map(side => num(side.trainLoss))],
        ['accuracy on training images', ...run.implementations.map(side => percent(side.trainAccuracy))],
        ['accuracy on test images', ...run.implementations.map(side => percent(side.testAccuracy))],
      ])), solo ? el('p', {}, solo + '.') : null);
  }

  function section(context, id, title) {
    const part = el('section', {id, 'aria-labelledby': id + '-title'}, el('h2', {id: id + '-title'}, title));
    context.main.append(part);
    context.nav.append(el('a', {href: '#' + id}, title));
    return part;
  }

  // ---------------------------------------------------------------- a search

  const score = value => value === null ? '–' : percent(value);
  const rounded = text => text !== '' && Number.isFinite(Number(text)) ? num(text) : text;

  function ranking(search) {
    const a = search.agreement;
    const shares = search.importance.map(i => [i.key, i.share === null ? 'too few trials' : num(i.share)]);
    return el('section', {class: 'card'}, el('h2', {}, 'Do both sides rank alike?'),
      a && el('p', {}, search.correlations + '; ' + a.shared + ' of the best ' + a.best + ' shared, ' + a.identical + ' of ' + a.trials + ' scores identical.'),
      shares.length ? [el('h3', {}, 'Importance'), scroll('Importance', table('Importance', ['hyperparameter', 'share'], shares)),
        el('p', {class: 'quiet'}, 'The share of the variance of the scores’ ranks that a hyperparameter explains by itself (η² of Kruskal and Wallis).')] : null,
      el('p', {class: 'quiet'}, 'Why the search ended: ' + search.ending + '.'));
  }

  function finalist(search) {
    const best = search.trials[search.best - 1];
    return el('section', {class: 'card'}, el('h2', {}, 'The finalist: trial ' + best.number),
      scroll('The finalist', table('Its values', ['hyperparameter', 'value'], search.keys.map(key => [key, rounded(best.values[key])]))),
      el('p', {}, 'To train it again:'), el('code', {class: 'command'}, best.command),
      el('p', {}, el('a', {href: './finalist/report.html'}, 'Its own report')));
  }

  function trials(part, search) {
    part.append(scroll('Trials', table('Trials', ['trial', 'state', 'score, ' + sides[0], 'score, ' + sides[1], ...search.keys, 'seconds', 'to train it again'],
      search.trials.map(t => [String(t.number), el('span', {class: 'badge ' + (t.state === 'FAILED' ? 'bad' : 'good')}, t.state.toLowerCase()),
        score(t.referenceScore), score(t.candidateScore), ...search.keys.map(key => rounded(t.values[key] ?? '–')), num(t.seconds),
        el('details', {}, el('summary', {}, t.reason ? 'why, and how' : 'how'), t.reason ? el('p', {}, t.reason) : null, el('code', {class: 'command'}, t.command))]))));
    if (search.disagreements.length) {
      part.append(el('h3', {}, 'Where the sides disagree'), scroll('Disagreements', table('Disagreements',
        ['trial', 'score, ' + sides[0], 'score, ' + sides[1], 'images classified differently', 'why'],
        search.disagreements.map(d => [String(d.trial), percent(d.referenceScore), percent(d.candidateScore), count(d.classifiedDifferently), d.why]))));
    }
  }

  // ---------------------------------------------------------------- the runs

  const isTrained = side => Number.isFinite(num(side.testAccuracy));

  function runsTable(part) {
    part.append(scroll('All runs', table('All runs',
      ['run', 'seed', 'verdict', ...sides.flatMap(s => ['loss, ' + s, 'test accuracy, ' + s]), 'first divergence'],
      summary.runs.map(run => [
        run.path ? el('a', {href: './' + encodeURI(run.path) + '/report.html'}, titleOf(run)) : titleOf(run),
        String(run.seed), badge(run.verdict),
        ...run.implementations.flatMap(side => [isTrained(side) ? num(side.trainLoss) : '–', percent(side.testAccuracy)]),
        run.firstDivergence ? 'step ' + count(run.firstDivergence.step) + ', ' + run.firstDivergence.phase + ', ' + run.firstDivergence.tensor : '–',
      ]))));
    const told = new Set();
    const cards = summary.runs.flatMap((run, i) => !view.attributions[i].length || told.has(titleOf(run)) ? [] : told.add(titleOf(run)) && [attribution(run, view.attributions[i])]);
    part.append(el('div', {class: 'screen'}, cards));
  }

  function seeds(part) {
    for (const statistics of summary.statistics) {
      const title = statistics.variant ? statistics.experiment + '/' + statistics.variant : statistics.experiment;
      if (many) part.append(el('h3', {}, title));
      for (const measure of statistics.measures) {
        const values = measure.values;
        part.append(el('p', {}, el('b', {}, measure.name + ': ' + measure.words[0])),
          el('ul', {}, measure.words.slice(1).map(words => el('li', {}, words))),
          el('details', {}, el('summary', {}, 'The values of every seed'), scroll(measure.name, table(measure.name + ' of every seed',
            ['seed', ...sides, 'difference'], statistics.seeds.map((seed, i) => [String(seed), num(values.reference.values[i]), num(values.candidate.values[i]), num(values.differences[i])])))));
      }
    }
    part.append(el('p', {class: 'quiet'}, summary.statistics[0].condition));
  }

  // ---------------------------------------------------------------- learning curves

  const SIDE = [{colour: 'var(--c0)', dash: '', width: 3}, {colour: 'var(--c1)', dash: '6 4', width: 2}];
  const band = (step, b) => ({x: step, y: num(b.mean), low: num(b.low), high: num(b.high)});

  function learning(parent, variant) {
    const over = variant.seeds.length > 1 ? 'Mean over ' + variant.seeds.length + ' seeds; the bands reach from the lowest to the highest.' : '';
    const names = summary.runs.find(r => r.experiment === variant.experiment.id && r.variant === variant.experiment.variant).implementations.map(s => s.name);
    const steps = {label: 'step', unit: '', logarithmic: false};
    frame(parent, {title: 'Loss while training', note: ('Mean over the steps since the point before. ' + over).trim(),
      controls: [{key: 'y', label: 'Axis', options: [{value: 'linear', name: 'linear'}, {value: 'log', name: 'logarithmic'}]}]},
    state => curves({x: steps, y: {label: 'cross entropy', unit: 'nats', logarithmic: state.y === 'log'},
      series: ['reference', 'candidate'].map((role, i) => ({name: names[i], ...SIDE[i], points: variant.loss.map(p => band(p.step, p[role]))}))}));
    if (variant.accuracy.length) {
      frame(parent, {title: 'Accuracy', note: ('On the test images and on as many training images. ' + over).trim()},
        () => curves({x: steps, y: {label: 'accuracy', unit: 'share of images', logarithmic: false},
          series: [['referenceTest', names[0] + ', test', 'var(--c0)', '', 3], ['candidateTest', names[1] + ', test', 'var(--c1)', '6 4', 2],
            ['referenceTrain', names[0] + ', training', 'var(--c5)', '2 3', 3], ['candidateTrain', names[1] + ', training', 'var(--c4)', '10 3 2 3', 2]]
            .map(([key, name, stroke, dash, width]) => ({name, colour: stroke, dash, width, points: variant.accuracy.map(p => band(p.step, p[key]))}))}));
    }
  }

  function solo(parent, variant) {
    const alone = summary.runs.filter(r => r.solo && r.experiment === variant.experiment.id && r.variant === variant.experiment.variant);
    if (!alone.length) return;
    const side = alone[0].solo.side;
    frame(parent, {title: 'Accuracy of ' + side + ' alone', note: 'On the test images, after the last step that was compared: of these steps nothing was.'},
      () => curves({x: {label: 'step', unit: '', logarithmic: false}, y: {label: 'accuracy', unit: 'share of images', logarithmic: false},
        series: alone.map((r, i) => ({name: 'seed ' + r.seed, ...seriesStyle(i), points: r.solo.accuracy.map(p => ({x: p.step, y: num(p.test)}))}))}));
  }

  // ---------------------------------------------------------------- differences and floors

  function drift(parent, variant) {
    const run = summary.runs.find(r => r.firstDivergence && r.experiment === variant.experiment.id && r.variant === variant.experiment.variant);
    for (const phase of [...new Set(variant.drift.map(d => d.phase))]) {
      const ofPhase = variant.drift.filter(d => d.phase === phase);
      const layers = [...new Set(ofPhase.map(d => d.layer))];
      const vertical = [];
      if (variant.horizon !== null) vertical.push({at: variant.horizon, name: 'horizon'});
      if (run && run.firstDivergence.phase === phase) vertical.push({at: run.firstDivergence.step, name: 'first divergence'});
      const last = d3.max(ofPhase, d => d3.max(d.points, p => p.step));
      frame(parent, {title: 'Differences, ' + phase, note: 'The largest absolute difference of each step, and the floor measured for the same tensor.',
        controls: [
          {key: 'layer', label: 'Layer', options: layers.map(layer => ({value: layer, name: layer || 'all layers'}))},
          {key: 'what', label: 'Show', options: [{value: 'size', name: 'difference and floor'}, {value: 'ratio', name: 'error ÷ floor'}]},
        ]},
      state => {
        const lines = ofPhase.filter(d => d.layer === state.layer);
        const series = lines.flatMap(d => {
          const i = d.reading === 'accumulated' ? 0 : 1;
          if (state.what === 'ratio') {
            return [{name: d.reading, ...SIDE[i], points: d.points.map(p => ({x: p.step, y: num(p.errorOverFloor)}))}];
          }
          return [
            {name: d.reading, ...SIDE[i], points: d.points.map(p => ({x: p.step, y: num(p.maxAbs), note: p.tensor}))},
            {name: 'floor, ' + d.reading, colour: i ? 'var(--c4)' : 'var(--c6)', dash: i ? '1 3' : '3 3', width: 2, points: d.points.map(p => ({x: p.step, y: num(p.floor)}))},
          ];
        });
        return curves({x: {label: 'step', unit: '', logarithmic: last > 50}, y: {label: state.what === 'ratio' ? 'error ÷ floor' : 'absolute difference', unit: '', logarithmic: true},
          series, vertical, horizontal: state.what === 'ratio' ? [{at: view.maxErrorOverFloor, name: 'counts as rounding up to here'}] : []});
      });
    }
  }

  // ---------------------------------------------------------------- the two networks

  function network(parent, variant) {
    const runs = summary.runs.filter(r => r.experiment === variant.experiment.id && r.variant === variant.experiment.variant);
    const failed = runs.find(r => r.firstDivergence);
    const names = runs[0].implementations.map(s => s.name);
    const phases = ['forward', 'loss', 'backward', 'update'].filter(p => variant.layers.some(l => l.phases[p]));
    const longest = Math.log10(Math.max(10 * view.maxErrorOverFloor, ...variant.layers.flatMap(l => Object.values(l.phases).map(d => num(d.errorOverFloor)).filter(Number.isFinite))));
    const node = layer => el('span', {class: 'node'}, layer.slice(layer.lastIndexOf('/') + 1));
    const indent = layer => '\u2003'.repeat(layer.split('/').length - 1) + (layer.includes('/') ? '└ ' : '');
    const measure = d => {
      if (!d) return '–';
      const ratio = num(d.errorOverFloor);
      const bar = el('span', {class: 'bar' + (ratio <= view.maxErrorOverFloor ? '' : ' over'), 'aria-hidden': 'true'});
      bar.style.width = Math.max(0, Math.log10(1 + Math.min(ratio, Number.MAX_VALUE) || 0) / longest * 60) + 'px';
      return el('span', {title: d.tensor + ', step ' + d.step + ', ' + d.reading + ' reading, difference ' + show(d.maxAbs)}, bar, show(ratio));
    };
    const rows = variant.layers.map(l => {
      const here = failed && failed.firstDivergence.layer === l.layer;
      const over = Object.values(l.phases).some(d => !(num(d.errorOverFloor) <= view.maxErrorOverFloor));
      return [el('span', {}, indent(l.layer), node(l.layer)), here ? '≠' : over ? '≉' : '=', el('span', {}, indent(l.layer), node(l.layer)),
        ...phases.map(p => measure(l.phases[p]))];
    });
    const body = table('Both networks, layer by layer', [names[0], '', names[1], ...phases.map(p => p + ', error ÷ floor')], rows,
      (row, i) => failed && failed.firstDivergence.layer === variant.layers[i].layer ? 'here' : null);
    body.classList.add('network');
    if (failed) {
      const first = failed.firstDivergence;
      const row = body.querySelector('tr.here');
      if (row) row.after(el('tr', {class: 'here'}, el('td', {colspan: 3 + phases.length}, '▲ first difference: step ' + count(first.step) + ', ' + first.phase + ', ' + first.tensor + (single ? '' : ', seed ' + failed.seed))));
    }
    parent.append(el('h3', {}, 'The two networks'), el('p', {class: 'quiet'},
      'From input to loss. Each number is the largest error ÷ floor of a tensor that this layer answers for; up to ' + view.maxErrorOverFloor + ' counts as rounding (=), more does not (≉); ≠ marks the layer of the first difference.'),
    scroll('Both networks', body));
  }

  // ---------------------------------------------------------------- figures

  const seriesStyle = i => ({colour: colour(i), dash: DASHES[i % DASHES.length], width: 2});

  /** An empty drawing whose items arrow keys step through: items are {x, y, lines, dx, dy}. */
  function drawing(self, width, height, items, columns = 1) {
    const svg = d3.create('svg').attr('viewBox', [0, 0, width, height]).attr('height', height).attr('width', width)
      .attr('tabindex', 0).attr('role', 'group')
      .attr('aria-label', self.title + '. ' + items.length + ' items; arrow keys read them out.');
    const ring = svg.append('g').attr('class', 'cursor');
    let at = -1;
    const quiet = () => { ring.selectAll('*').remove(); self.quiet(); };
    function point(i, aloud) {
      at = Math.max(0, Math.min(items.length - 1, i));
      const item = items[at];
      ring.raise().selectAll('*').remove();
      ring.append('circle').attr('cx', item.x).attr('cy', item.y).attr('r', 7).attr('fill', 'none').attr('stroke', 'var(--ink)').attr('stroke-width', 2);
      self.tell(item.x, item.y + 12, item.lines.map(line => [line]));
      if (aloud) self.live.textContent = item.lines.join('; ');
    }
    const nearest = (px, py) => d3.leastIndex(items, (a, b) => d3.ascending(Math.hypot(a.x - px, a.y - py), Math.hypot(b.x - px, b.y - py)));
    svg.on('pointermove', event => { if (items.length) point(nearest(...d3.pointer(event)), false); })
      .on('pointerleave blur', quiet)
      .on('keydown', event => {
        const keys = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -Infinity, End: Infinity};
        if (items.length && event.key in keys) { event.preventDefault(); point(at + keys[event.key], true); }
        else if (event.key === 'Escape') quiet();
        else if ('+=-0'.includes(event.key)) { event.preventDefault(); self.zoom({'+': 1.5, '=': 1.5, '-': 1 / 1.5, 0: 0}[event.key]); }
      });
    return svg;
  }

  /** Drawings that are no graph grow as a whole; the page scrolls them. */
  function growing(self, width, paint) {
    const inner = el('div', {class: 'scroll grow'});
    self.plot.append(inner);
    let factor = 1;
    const repaint = () => inner.replaceChildren(...[].concat(paint(width * factor)));
    self.zoom = f => { factor = f ? Math.max(1, Math.min(8, factor * f)) : 1; repaint(); };
    repaint();
    return inner;
  }

  /** The boxes of a grid of panels, beside a strip for the title of their common axis; left has room for 100,000. */
  function grid(count, columns, width, {left = 60, right = 14, top = 24, bottom = 20, height = 120, foot = 34, smallest = 150}) {
    const strip = 22;
    const across = Math.max(1, Math.min(columns, count, Math.floor((width - strip) / smallest)));
    const w = (width - strip) / across;
    const h = top + height + bottom;
    const rows = Math.ceil(count / across);
    return {across, rows, height: rows * h + foot,
      boxes: d3.range(count).map(i => ({left: strip + (i % across) * w + left, right: strip + (i % across + 1) * w - right,
        top: Math.floor(i / across) * h + top, bottom: Math.floor(i / across) * h + top + height}))};
  }

  function panelAxes(g, {x, y, box, xTicks = 60, yTicks = 34}) {
    const xt = ticks(x.core, x.log, box.right - box.left, xTicks);
    const yt = ticks(y.core, y.log, box.bottom - box.top, yTicks);
    g.append('g').attr('class', 'grid').selectAll('line').data(yt.values).join('line').attr('x1', box.left).attr('x2', box.right).attr('y1', v => y(v)).attr('y2', v => y(v));
    g.append('g').attr('class', 'axis').attr('transform', 'translate(0,' + box.bottom + ')').call(d3.axisBottom(x.core).tickValues(xt.values).tickFormat(xt.name).tickSize(4).tickSizeOuter(0));
    g.append('g').attr('class', 'axis').attr('transform', 'translate(' + box.left + ',0)').call(d3.axisLeft(y.core).tickValues(yt.values).tickFormat(yt.name).tickSize(4).tickSizeOuter(0));
    if (y.zeros) g.append('text').attr('x', box.left - 7).attr('y', y.zeroAt).attr('dy', '.32em').attr('text-anchor', 'end').text('0');
  }

  function outerTitles(svg, width, height, xTitle, yTitle) {
    svg.append('text').attr('x', width / 2).attr('y', height - 8).attr('text-anchor', 'middle').text(xTitle);
    svg.append('text').attr('transform', 'translate(12,' + (height - 20) / 2 + ') rotate(-90)').attr('text-anchor', 'middle').text(yTitle);
  }

  const renderers = {
    Lines(figure) {
      const points = s => s.x.map((x, i) => ({x: num(x), y: num(s.y[i])}));
      if (figure.panels.length === 1) {
        return curves({x: figure.x, y: figure.y, series: figure.panels[0].series.map((s, i) => ({name: s.name, ...seriesStyle(i), points: points(s)}))});
      }
      const names = [...new Set(figure.panels.flatMap(p => p.series.map(s => s.name)))];
      const all = figure.panels.flatMap(p => p.series.flatMap(points));
      const rows = figure.panels.flatMap(p => p.series.flatMap(s => points(s).map(q => [p.name, s.name, q.x, q.y])));
      return {head: ['panel', 'line', axisTitle(figure.x), axisTitle(figure.y)], rows, wide: true, draw(self, width) {
        const checks = [];
        let marks = 0;
        growing(self, width, w => {
          checks.length = 0;
          marks = 0;
          const g = grid(figure.panels.length, figure.columns, w, {});
          const items = [];
          const svg = drawing(self, w, g.height, items, g.across);
          figure.panels.forEach((panel, k) => {
            const box = g.boxes[k];
            const x = scale(all.map(p => p.x), figure.x.logarithmic, box.left, box.right, {pad: 0});
            const y = scale(all.map(p => p.y), figure.y.logarithmic, box.bottom, box.top);
            panelAxes(svg, {x, y, box});
            svg.append('text').attr('x', (box.left + box.right) / 2).attr('y', box.top - 8).attr('text-anchor', 'middle').text(panel.name);
            for (const s of panel.series) {
              const style = seriesStyle(names.indexOf(s.name));
              const line = d3.line().defined(p => Number.isFinite(p.y) && Number.isFinite(y(p.y))).x(p => x(p.x)).y(p => y(p.y));
              const path = svg.append('path').attr('d', line(points(s))).attr('fill', 'none').attr('stroke', style.colour).attr('stroke-dasharray', style.dash).attr('stroke-width', 2);
              const shown = points(s).filter(p => Number.isFinite(y(p.y)));
              marks += shown.length;
              shown.forEach(p => items.push({x: x(p.x), y: y(p.y), lines: [panel.name, s.name, axisTitle(figure.x) + ' ' + show(p.x), axisTitle(figure.y) + ' ' + show(p.y)]}));
              checks.push({panel: panel.name, series: s.name, path: path.node(), x, y});
            }
          });
          outerTitles(svg, w, g.height, axisTitle(figure.x), axisTitle(figure.y));
          return svg.node();
        });
        self.legend.replaceChildren(...names.map((name, i) => el('span', {}, swatch(seriesStyle(i)), ' ' + name)));
        return {marks, verify: cells => checks.flatMap(c => {
          const told = cells.filter(r => r[0] === c.panel && r[1] === c.series && Number.isFinite(c.y(r[3])));
          const bends = (c.path.getAttribute('d') || '').match(/[ML][^MLZ]+/g) || [];
          const same = bends.length === told.length && told.every((r, i) => {
            const [px, py] = bends[i].slice(1).split(',').map(Number);
            return Math.abs(px - c.x(r[2])) <= .01 && Math.abs(py - c.y(r[3])) <= .01;
          });
          return same ? [] : [c.panel + ', ' + c.series];
        })};
      }};
    },

    Histograms(figure) {
      const bins = panel => panel.counts.map((n, i) => {
        const width = (num(panel.to) - num(panel.from)) / panel.counts.length;
        return {from: num(panel.from) + i * width, to: num(panel.from) + (i + 1) * width, n};
      });
      const rows = figure.panels.flatMap(p => bins(p).map(b => [p.name, b.from, b.to, b.n]));
      return {head: ['panel', axisTitle(figure.x) + ', from', 'to', 'count'], rows, wide: figure.panels.length > 3, draw(self, width) {
        let bars = [];
        const paint = w => {
          bars = [];
          const g = grid(figure.panels.length, figure.columns, w, {});
          const items = [];
          const svg = drawing(self, w, g.height, items);
          const edges = figure.panels.flatMap(p => [num(p.from), num(p.to)]);
          figure.panels.forEach((panel, k) => {
            const box = g.boxes[k];
            const x = scale(edges, false, box.left, box.right, {pad: 0});
            const y = scale([0, ...panel.counts], false, box.bottom, box.top);
            panelAxes(svg, {x, y, box});
            svg.append('text').attr('x', (box.left + box.right) / 2).attr('y', box.top - 8).attr('text-anchor', 'middle').text(panel.name);
            bins(panel).forEach((b, i) => {
              const bar = svg.append('rect').attr('x', x(b.from)).attr('width', Math.max(.5, x(b.to) - x(b.from) - .5)).attr('y', y(b.n)).attr('height', y(0) - y(b.n)).attr('fill', 'var(--c0)');
              bars.push({panel: panel.name, i, node: bar.node(), y});
              items.push({x: (x(b.from) + x(b.to)) / 2, y: y(b.n), lines: [panel.name, show(b.from) + ' to ' + show(b.to), count(b.n)]});
            });
          });
          outerTitles(svg, w, g.height, axisTitle(figure.x), 'count');
          return svg.node();
        };
        growing(self, width, paint);
        return {marks: bars.length, verify: cells => cells.flatMap((row, i) => {
          const bar = bars[i];
          return bar && bar.panel === row[0] && Math.abs(Number(bar.node.getAttribute('height')) - (bar.y(0) - bar.y(row[3]))) < .01 ? [] : [row[0] + ' from ' + row[1]];
        })};
      }};
    },

    HeatMap(figure) {
      const rows = figure.rows.flatMap((r, i) => figure.columns.map((c, j) => [r, c, num(figure.values[i][j])]));
      return {head: [figure.rowLabel, figure.columnLabel, axisTitle(figure.value)], rows, draw(self, width) {
        return cellGrid(self, width, {rowLabel: figure.rowLabel, columnLabel: figure.columnLabel, rows: figure.rows, columns: figure.columns,
          sheets: [{name: '', values: figure.values.map(r => r.map(num))}], value: figure.value,
          cell: (row, sheet) => row[2], told: show});
      }};
    },

    ConfusionMatrices(figure) {
      const rows = figure.classes.flatMap((a, i) => figure.classes.map((b, j) => [a, b, ...figure.matrices.map(m => m.counts[i][j])]));
      return {head: ['true class', 'answer', ...figure.matrices.map(m => m.side)], rows, wide: figure.matrices.length > 1, draw(self, width) {
        return cellGrid(self, width, {rowLabel: 'true class', columnLabel: 'answer', rows: figure.classes, columns: figure.classes,
          sheets: figure.matrices.map(m => ({name: m.side, values: m.counts})), value: {label: 'images', unit: '', logarithmic: true},
          cell: (row, sheet) => row[2 + sheet], told: String});
      }};
    },

    Contours(figure) {
      const xs = figure.xs.map(num), ys = figure.ys.map(num);
      const values = figure.values.flat().map(num);
      const rows = figure.paths.flatMap(p => p.x.map((x, i) => [p.name, i, num(x), num(p.y[i])]));
      return {head: ['path', 'point', axisTitle(figure.x), axisTitle(figure.y)], rows, wide: true, draw(self, width) {
        const levels = d3.contours().size([xs.length, ys.length]).thresholds(thresholds(values, figure.value.logarithmic))(values);
        const drawn = plane(self, width, {xAxis: figure.x, yAxis: figure.y, xs, ys, height: 420,
          items: (x, y) => figure.paths.flatMap(p => p.x.map((v, i) => ({x: x(num(v)), y: y(num(p.y[i])), lines: [p.name + ', point ' + i, axisTitle(figure.x) + ' ' + show(v), axisTitle(figure.y) + ' ' + show(p.y[i])]}))),
          paint(ink, x, y, ground) {
            const at = (all, i) => { const k = Math.max(0, Math.min(all.length - 2, Math.floor(i))); return all[k] + (i - k) * (all[k + 1] - all[k]); };
            const transform = d3.geoTransform({point(i, j) { this.stream.point(x(at(xs, i - .5)), y(at(ys, j - .5))); }});
            ground.selectAll('path').data(levels).join('path').attr('d', d3.geoPath(transform))
              .attr('fill', 'none').attr('stroke', 'var(--quiet)').attr('stroke-width', 1).attr('opacity', .7).append('title').text(l => axisTitle(figure.value) + ' ' + show(l.value));
            figure.paths.forEach((p, k) => {
              const style = seriesStyle(k);
              const points = p.x.map((v, i) => [x(num(v)), y(num(p.y[i]))]);
              ink.append('path').attr('class', 'line').attr('data-series', k).attr('d', d3.line()(points)).attr('fill', 'none').attr('stroke', style.colour).attr('stroke-width', 2).attr('stroke-dasharray', style.dash);
              ink.append('g').selectAll('path').data(points).join('path').attr('d', d3.symbol(d3.symbolsFill[k % 7], 34)()).attr('transform', q => 'translate(' + q + ')').attr('fill', style.colour);
            });
          }});
        self.legend.replaceChildren(...figure.paths.map((p, i) => el('span', {}, swatch(seriesStyle(i)), ' ' + p.name)));
        return {marks: levels.length + rows.length, verify: cells => figure.paths.flatMap((p, k) => drawn.bends(k, cells.filter(r => r[0] === p.name).map(r => [r[2], r[3]])) ? [] : [p.name])};
      }};
    },

    VectorField(figure) {
      const arrows = figure.arrows.map(a => ({x: num(a.x), y: num(a.y), dx: num(a.dx), dy: num(a.dy)}));
      const rows = arrows.map(a => [a.x, a.y, a.dx, a.dy]);
      return {head: [axisTitle(figure.x), axisTitle(figure.y), 'd ' + figure.x.label, 'd ' + figure.y.label], rows, wide: true, draw(self, width) {
        const gap = Math.sqrt((d3.max(arrows, a => a.x) - d3.min(arrows, a => a.x)) * (d3.max(arrows, a => a.y) - d3.min(arrows, a => a.y)) / arrows.length) || 1;
        const factor = gap / (d3.max(arrows, a => Math.hypot(a.dx, a.dy)) || 1);
        const drawn = plane(self, width, {xAxis: figure.x, yAxis: figure.y, xs: arrows.map(a => a.x), ys: arrows.map(a => a.y), height: 420,
          items: (x, y) => arrows.map(a => ({x: x(a.x), y: y(a.y), lines: ['at ' + show(a.x) + ', ' + show(a.y), 'arrow ' + show(a.dx) + ', ' + show(a.dy)]})),
          paint(ink, x, y) {
            for (const [k, a] of arrows.entries()) {
              const x0 = x(a.x), y0 = y(a.y), x1 = x(a.x + a.dx * factor), y1 = y(a.y + a.dy * factor);
              ink.append('path').attr('class', 'line').attr('data-series', k).attr('d', d3.line()([[x0, y0], [x1, y1]])).attr('stroke', 'var(--c0)').attr('stroke-width', 1.5);
              const turn = Math.atan2(y1 - y0, x1 - x0);
              if (Math.hypot(x1 - x0, y1 - y0) > 3) ink.append('path').attr('d', 'M0,0L-6,-3L-6,3Z').attr('fill', 'var(--c0)').attr('transform', 'translate(' + x1 + ',' + y1 + ') rotate(' + turn * 180 / Math.PI + ')');
            }
          }});
        return {marks: arrows.length, verify: cells => cells.flatMap((r, k) => drawn.bends(k, [[r[0], r[1]], [r[0] + r[2] * factor, r[1] + r[3] * factor]]) ? [] : ['arrow ' + (k + 1)])};
      }};
    },

    Scatter(figure) {
      const groups = figure.groups.map(g => ({name: g.name, points: g.points.map(p => ({x: num(p.x), y: num(p.y), label: p.label}))}));
      const all = groups.flatMap(g => g.points);
      const rows = groups.flatMap(g => g.points.map(p => [g.name, p.label, p.x, p.y]));
      return {head: ['group', 'point', axisTitle(figure.x), axisTitle(figure.y)], rows, draw(self, width) {
        let nodes = [];
        const drawn = plane(self, width, {xAxis: figure.x, yAxis: figure.y, xs: all.map(p => p.x), ys: all.map(p => p.y), height: 340, pad: .04,
          items: (x, y) => groups.flatMap(g => g.points.map(p => ({x: x(p.x), y: y(p.y), lines: [g.name + (p.label ? ', ' + p.label : ''), axisTitle(figure.x) + ' ' + show(p.x), axisTitle(figure.y) + ' ' + show(p.y)]}))).filter(i => Number.isFinite(i.x) && Number.isFinite(i.y)),
          paint(ink, x, y) {
            nodes = [];
            groups.forEach((g, k) => g.points.forEach(p => nodes.push(Number.isFinite(x(p.x)) && Number.isFinite(y(p.y))
              ? ink.append('path').attr('d', d3.symbol(d3.symbolsFill[k % 7], 60)()).attr('transform', 'translate(' + x(p.x) + ',' + y(p.y) + ')').attr('fill', colour(k)).attr('opacity', .85).node() : null)));
          }});
        self.legend.replaceChildren(...groups.map((g, k) => el('span', {}, symbol(k), ' ' + g.name)));
        return {marks: nodes.filter(Boolean).length, verify: cells => cells.flatMap((r, i) => {
          const x = drawn.x(r[2]), y = drawn.y(r[3]);
          if (!Number.isFinite(x) || !Number.isFinite(y)) return nodes[i] ? [String(r[1])] : [];
          return nodes[i] && nodes[i].getAttribute('transform') === 'translate(' + x + ',' + y + ')' ? [] : [String(r[1] || i)];
        })};
      }};
    },

    ParallelCoordinates(figure) {
      const rows = figure.items.map(item => [item.name, item.highlighted ? 'yes' : '', ...item.values.map(num)]);
      return {head: ['', 'highlighted', ...figure.axes.map(axisTitle)], rows, wide: true, draw(self, width) {
        let paths = [];
        let ys = [];
        const paint = w => {
          const height = 360, top = 46, bottom = height - 16, margin = 60;
          const x = k => margin + k * (w - 2 * margin) / Math.max(1, figure.axes.length - 1);
          ys = figure.axes.map((axis, k) => scale(figure.items.map(i => num(i.values[k])), axis.logarithmic, bottom, top));
          const items = figure.items.flatMap((item, n) => item.values.map((v, k) => ({x: x(k), y: ys[k](num(v)), n, lines: [item.name, ...figure.axes.map((a, m) => axisTitle(a) + ' ' + show(item.values[m]))]}))).filter(i => Number.isFinite(i.y));
          const svg = drawing(self, w, height, items, figure.axes.length);
          paths = figure.items.map((item, n) => {
            const line = d3.line().defined(p => Number.isFinite(p[1]))(item.values.map((v, k) => [x(k), ys[k](num(v))]));
            return svg.append('path').attr('d', line).attr('fill', 'none').attr('stroke', item.highlighted ? 'var(--c1)' : 'var(--c0)').attr('stroke-width', item.highlighted ? 2.5 : 1.2).attr('opacity', item.highlighted ? 1 : .45).attr('stroke-dasharray', item.highlighted ? '' : '4 2').node();
          });
          figure.axes.forEach((axis, k) => {
            const t = ticks(ys[k].core, ys[k].log, bottom - top, 36);
            const g = svg.append('g').attr('class', 'axis').attr('transform', 'translate(' + x(k) + ',0)').call(d3.axisLeft(ys[k].core).tickValues(t.values).tickFormat(t.name).tickSizeOuter(0));
            if (ys[k].zeros) g.append('text').attr('x', -9).attr('y', ys[k].zeroAt).attr('text-anchor', 'end').attr('dy', '.32em').text('0');
            const words = k % 2 ? 32 : 14;
            svg.append('text').attr('x', x(k)).attr('y', words).attr('text-anchor', k === 0 ? 'start' : k === figure.axes.length - 1 ? 'end' : 'middle').attr('dx', k === 0 ? -50 : k === figure.axes.length - 1 ? 50 : 0).text(axisTitle(axis));
          });
          return svg.node();
        };
        growing(self, Math.max(width, figure.axes.length * 110), paint);
        self.legend.replaceChildren(el('span', {}, swatch({colour: 'var(--c1)', dash: '', width: 2.5}), ' highlighted'), el('span', {}, swatch({colour: 'var(--c0)', dash: '4 2', width: 1.2}), ' the others'));
        return {marks: paths.length, verify: cells => cells.flatMap((r, n) => {
          const bends = (paths[n].getAttribute('d') || '').match(/[ML][^MLZ]+/g) || [];
          const told = r.slice(2).map((v, k) => ys[k](v)).filter(Number.isFinite);
          return bends.length === told.length && told.every((y, k) => Math.abs(Number(bends[k].slice(1).split(',')[1]) - y) < .01) ? [] : [r[0]];
        })};
      }};
    },

    Images(figure) {
      const small = figure.width * figure.height <= 64;
      const low = num(figure.low), high = num(figure.high);
      const grey = v => Math.round(255 * Math.max(0, Math.min(1, (num(v) - low) / (high - low))));
      const rows = figure.pictures.map(p => small ? [p.label, p.pixels.map(show).join(' ')] : [p.label, d3.min(p.pixels, num), d3.max(p.pixels, num)]);
      return {head: small ? ['picture', 'pixels, row by row'] : ['picture', 'darkest', 'brightest'], rows, wide: true, draw(self, width) {
        let pictures = [];
        const paint = w => {
          const across = Math.max(2, Math.min(figure.columns, Math.floor(w / 76)));
          pictures = figure.pictures.map(p => {
            const canvas = el('canvas', {width: figure.width, height: figure.height, role: 'img', 'aria-label': p.label, tabindex: 0});
            const context = canvas.getContext('2d');
            const image = context.createImageData(figure.width, figure.height);
            p.pixels.forEach((v, i) => { image.data.fill(grey(v), 4 * i, 4 * i + 3); image.data[4 * i + 3] = 255; });
            context.putImageData(image, 0, 0);
            canvas.title = p.label;
            return canvas;
          });
          const list = el('div', {class: 'pictures'}, pictures.map((canvas, i) => el('div', {class: 'picture'}, canvas, el('small', {}, figure.pictures[i].label))));
          list.style.gridTemplateColumns = 'repeat(' + across + ', 1fr)';
          list.style.width = w + 'px';
          return list;
        };
        growing(self, width, paint);
        return {marks: pictures.length, verify: cells => cells.flatMap((r, i) => {
          const data = pictures[i].getContext('2d').getImageData(0, 0, figure.width, figure.height).data;
          const shades = d3.range(figure.width * figure.height).map(k => data[4 * k]);
          const right = small ? r[1].split(' ').every((v, k) => Math.abs(grey(v) - shades[k]) <= 1) : d3.min(shades) === grey(r[1]) && d3.max(shades) === grey(r[2]);
          return right ? [] : [r[0]];
        })};
      }};
    },
  };

  function symbol(k) {
    const svg = d3.create('svg').attr('viewBox', '-7 -7 14 14').attr('aria-hidden', 'true');
    svg.append('path').attr('d', d3.symbol(d3.symbolsFill[k % 7], 60)()).attr('fill', colour(k));
    return svg.node();
  }

  /** Levels that lie evenly, or evenly in their logarithms. */
  function thresholds(values, logarithmic) {
    const [low, high] = d3.extent(values.filter(v => Number.isFinite(v) && (!logarithmic || v > 0)));
    return d3.range(1, 16).map(i => logarithmic ? low * Math.pow(high / low, i / 16) : low + (high - low) * i / 16);
  }

  /** Two axes that both zoom; paint(ink, x, y) fills them, bends(k, points) reads line k back. */
  function plane(self, width, {xAxis, yAxis, xs, ys, height, items, paint, pad = 0}) {
    const box = {left: 66, right: width - 22, top: 12, bottom: height - 46};
    const wholeX = scale(xs, xAxis.logarithmic, box.left, box.right, {pad});
    const wholeY = scale(ys, yAxis.logarithmic, box.bottom, box.top, {pad});
    const result = {x: wholeX, y: wholeY};
    const list = [];
    const svg = drawing(self, width, height, list);
    const clip = self.id + '-clip';
    svg.append('clipPath').attr('id', clip).append('rect').attr('x', box.left - 6).attr('y', box.top - 6).attr('width', Math.max(0, box.right - box.left + 12)).attr('height', box.bottom - box.top + 12);
    svg.append('clipPath').attr('id', clip + '-exact').append('rect').attr('x', box.left).attr('y', box.top).attr('width', Math.max(0, box.right - box.left)).attr('height', box.bottom - box.top);
    const axes = svg.append('g');
    const ground = svg.append('g').attr('clip-path', 'url(#' + clip + '-exact)');
    const ink = svg.append('g').attr('clip-path', 'url(#' + clip + ')');
    const fill = () => {
      for (const layer of [axes, ground, ink]) layer.selectAll('*').remove();
      drawAxes(axes, {x: result.x, y: result.y, box, xAxis, yAxis});
      paint(ink, result.x, result.y, ground);
      list.splice(0, list.length, ...items(result.x, result.y));
      svg.attr('aria-label', self.title + '. ' + list.length + ' points; arrow keys read them out, plus and minus zoom.');
    };
    const behaviour = d3.zoom().scaleExtent([1, 100]).extent([[box.left, box.top], [box.right, box.bottom]]).translateExtent([[box.left, box.top], [box.right, box.bottom]])
      .filter(event => event.type === 'wheel' ? event.ctrlKey || event.metaKey || document.activeElement === svg.node() : !event.button && (event.type !== 'touchstart' || event.touches.length > 1))
      .on('zoom', ({transform}) => {
        const zoomed = (whole, core) => transform.k === 1 ? whole : Object.assign(v => core(v), {log: whole.log, zeros: false, core, invert: core.invert});
        result.x = zoomed(wholeX, transform.rescaleX(wholeX.core));
        result.y = zoomed(wholeY, transform.rescaleY(wholeY.core));
        self.quiet();
        fill();
      });
    svg.call(behaviour).on('dblclick.zoom', null);
    self.zoom = factor => factor ? svg.call(behaviour.scaleBy, factor) : svg.call(behaviour.transform, d3.zoomIdentity);
    self.plot.append(svg.node());
    fill();
    result.bends = (k, points) => {
      const path = ink.select('path.line[data-series="' + k + '"]').node();
      const bends = (path && path.getAttribute('d') || '').match(/[ML][^MLZ]+/g) || [];
      return bends.length === points.length && points.every(([px, py], i) => {
        const [a, b] = bends[i].slice(1).split(',').map(Number);
        return Math.abs(a - result.x(px)) <= .01 && Math.abs(b - result.y(py)) <= .01;
      });
    };
    return result;
  }

  /** Coloured cells, one sheet or several side by side. */
  function cellGrid(self, width, {rowLabel, columnLabel, rows, columns, sheets, value, cell, told}) {
    const finite = sheets.flatMap(s => s.values.flat()).filter(v => Number.isFinite(v) && (!value.logarithmic || v > 0));
    const extent = finite.length ? d3.extent(finite) : [0, 1];
    if (extent[0] === extent[1]) extent[1] = extent[0] + 1;
    const position = value.logarithmic ? d3.scaleLog().domain(extent) : d3.scaleLinear().domain(extent);
    const shade = v => !Number.isFinite(v) ? 'var(--ground)' : value.logarithmic && v <= 0 ? d3.interpolateCividis(0) : d3.interpolateCividis(position(v));
    const inkOn = v => !Number.isFinite(v) ? 'var(--ink)' : (value.logarithmic && v <= 0 ? 0 : position(v)) > .55 ? '#000' : '#fff';
    let nodes = [];
    const paint = w => {
      nodes = [];
      const longest = d3.max(rows, r => r.length);
      const left = 34 + Math.min(120, 7 * longest), top = sheets[0].name ? 40 : 10;
      const across = w / sheets.length < 300 ? 1 : sheets.length;
      const sheetWidth = w / across;
      const side = Math.min(56, (sheetWidth - left - 12) / columns.length);
      const tall = Math.min(side, 34);
      const turned = d3.max(columns, c => c.length) * 7 > side - 4;
      const foot = 30 + (turned ? 7 * Math.min(16, d3.max(columns, c => c.length)) : 14);
      const sheetHeight = top + tall * rows.length + foot;
      const height = sheetHeight * Math.ceil(sheets.length / across) + 60;
      const items = [];
      const svg = drawing(self, w, height, items, columns.length);
      sheets.forEach((sheet, s) => {
        const x0 = (s % across) * sheetWidth + left, y0 = Math.floor(s / across) * sheetHeight + top;
        svg.append('text').attr('x', x0 + side * columns.length / 2).attr('y', y0 - 24).attr('text-anchor', 'middle').attr('font-weight', 600).text(sheet.name);
        rows.forEach((r, i) => {
          svg.append('text').attr('x', x0 - 6).attr('y', y0 + (i + .5) * tall).attr('dy', '.32em').attr('text-anchor', 'end').text(r);
          columns.forEach((c, j) => {
            const v = sheet.values[i][j];
            const node = svg.append('rect').attr('x', x0 + j * side).attr('y', y0 + i * tall).attr('width', side - 1).attr('height', tall - 1).attr('fill', shade(v));
            if (!Number.isFinite(v)) node.attr('stroke', 'var(--quiet)').attr('stroke-dasharray', '2 2');
            const text = told(v);
            if (text.length * 6.6 < side - 3) svg.append('text').attr('x', x0 + (j + .5) * side).attr('y', y0 + (i + .5) * tall).attr('dy', '.32em').attr('text-anchor', 'middle').style('fill', inkOn(v)).style('font-size', '11px').text(text);
            nodes.push({node: node.node(), row: i * columns.length + j, sheet: s});
            items.push({x: x0 + (j + .5) * side, y: y0 + (i + .5) * tall, lines: [(sheet.name ? sheet.name + ': ' : '') + rowLabel + ' ' + r, columnLabel + ' ' + c, axisTitle(value) + ' ' + show(v)]});
          });
        });
        columns.forEach((c, j) => {
          const label = svg.append('text').text(c.length > 16 ? c.slice(0, 15) + '…' : c);
          const cx = x0 + (j + .5) * side, cy = y0 + rows.length * tall;
          if (turned) label.attr('transform', 'translate(' + cx + ',' + (cy + 6) + ') rotate(-90)').attr('text-anchor', 'end').attr('dy', '.32em');
          else label.attr('x', cx).attr('y', cy + 14).attr('text-anchor', 'middle');
        });
        svg.append('text').attr('x', x0 + side * columns.length / 2).attr('y', y0 + rows.length * tall + foot - 6).attr('text-anchor', 'middle').text(columnLabel);
        svg.append('text').attr('transform', 'translate(' + (x0 - left + 13) + ',' + (y0 + rows.length * tall / 2) + ') rotate(-90)').attr('text-anchor', 'middle').text(rowLabel);
      });
      const key = svg.append('g').attr('transform', 'translate(' + left + ',' + (height - 36) + ')');
      const keyWidth = Math.min(220, w - left - 60);
      d3.range(40).forEach(i => key.append('rect').attr('x', i * keyWidth / 40).attr('width', keyWidth / 40 + .5).attr('height', 10).attr('fill', d3.interpolateCividis((i + .5) / 40)));
      key.append('text').attr('y', 24).text(show(extent[0]));
      key.append('text').attr('x', keyWidth).attr('y', 24).attr('text-anchor', 'end').text(show(extent[1]));
      key.append('text').attr('y', -6).text(axisTitle(value));
      return svg.node();
    };
    growing(self, width, paint);
    return {marks: nodes.length, verify: cells => nodes.flatMap(n => n.node.getAttribute('fill') === shade(cell(cells[n.row], n.sheet)) ? [] : [cells[n.row].slice(0, 2).join(', ')])};
  }

  function figures(parent, list) {
    if (!list.length) return;
    const charts = el('div', {class: 'charts'});
    parent.append(charts);
    for (const figure of list) {
      const spec = renderers[figure.kind](figure);
      frame(charts, {title: figure.title, note: figure.caption, wide: spec.wide}, () => spec);
    }
  }

  // ---------------------------------------------------------------- the rest

  function configuration(part) {
    for (const settings of view.variantSettings) {
      part.append(el('h3', {}, settings.experiment + ': in what the variants differ'),
        scroll('Variants of ' + settings.experiment, table('Variants of ' + settings.experiment, ['variant', ...settings.keys], settings.rows.map(row => [row.variant, ...row.values]))));
    }
    if (many) part.append(el('h3', {}, 'Every variant'));
    for (const variant of summary.variants) {
      if (!variant.configuration.length) continue;
      const ordered = [...variant.configuration].sort((a, b) => (a.reference === a.candidate) - (b.reference === b.candidate));
      const body = scroll('Configuration', table('Configuration of ' + variantTitle(variant), ['setting', ...sides],
        ordered.map(s => [s.key, s.reference, s.candidate]), row => row[1] === row[2] ? null : 'differs'));
      part.append(many ? el('details', {}, el('summary', {}, variantTitle(variant)), body) : body);
    }
    part.append(el('h3', {}, 'Environment'), scroll('Environment', table('Environment', ['', ''], Object.entries(summary.environment))));
  }

  function coverage(part) {
    const short = summary.runs.slice(0, 12);
    part.append(el('ul', {}, short.map((run, i) => el('li', {}, (single ? '' : titleOf(run) + ', seed ' + run.seed + ': ') + view.coverage[i] + '.' + (view.solos[i] ? ' ' + view.solos[i] + '.' : '')))));
    if (summary.runs.length > short.length) part.append(el('p', {class: 'quiet'}, 'The other runs: see their own reports.'));
    part.append(el('ul', {}, summary.variants.map((variant, i) => el('li', {}, (many ? variantTitle(variant) + ': h' : 'H') + 'orizon ' + view.horizons[i] + '.'))));
    const worst = summary.runs.flatMap(run => Object.entries(run.worst).map(([phase, w]) => [(single ? '' : titleOf(run) + ', seed ' + run.seed + ': ') + phase, num(run.errorOverFloor[phase]), num(w.maxAbs), num(w.maxRel), w.path, count(w.step)]));
    part.append(el('h3', {}, 'Largest differences, both sides running free'),
      scroll('Largest differences', table('Largest differences', ['phase', 'error ÷ floor', 'absolute', 'relative', 'tensor', 'step'], worst)),
      el('p', {class: 'quiet'}, view.explained));
  }

  function speed(part) {
    part.append(el('p', {class: 'quiet'}, 'Training steps alone, both sides at work at the same time. Figures of a clock: they change from run to run.'),
      scroll('Speed', table('Speed', ['run', 'seconds', ...sides.map(s => s + ', samples/s')],
        summary.runs.map(run => [titleOf(run) + ', seed ' + run.seed, num(run.timing.seconds), ...sides.map(s => num(run.timing.samplesPerSecond[s]))]))));
  }

  // ---------------------------------------------------------------- all of it

  const context = firstScreen();
  if (view.search) {
    figures(section(context, 'figures', 'The search'), view.search.figures);
    trials(section(context, 'trials', 'Trials'), view.search);
  }
  if (!single) runsTable(section(context, 'runs', 'Runs'));
  if (summary.figures.length) figures(section(context, 'figures', 'Figures'), summary.figures);
  if (summary.statistics.length) seeds(section(context, 'seeds', 'Over the seeds'));
  const results = section(context, 'training', view.search ? 'Training of the finalist' : summary.variants.some(v => v.loss.length) ? 'Training' : 'The figure');
  const lazy = summary.variants.length > 4;
  for (const variant of summary.variants) {
    let parent = results;
    if (many) {
      parent = el('details', {class: 'variant'}, el('summary', {}, variantTitle(variant) + ' ', badge(variant.verdict)));
      if (!lazy) parent.open = true;
      results.append(parent);
    }
    let filled = false;
    const fill = () => {
      if (filled) return;
      filled = true;
      const charts = el('div', {class: 'charts'});
      parent.append(charts);
      if (!variant.loss.length) { figures(parent, variant.figures); return; }
      learning(charts, variant);
      solo(charts, variant);
      network(parent, variant);
      const differences = el('div', {class: 'charts'});
      parent.append(el('h3', {}, 'Differences over the steps'), differences);
      drift(differences, variant);
      if (variant.figures.length) parent.append(el('h3', {}, 'Figures'));
      figures(parent, variant.figures);
    };
    if (!many || parent.open) fill();
    else parent.addEventListener('toggle', () => { if (parent.open) fill(); });
  }
  coverage(section(context, 'coverage', 'Coverage'));
  configuration(section(context, 'configuration', 'Configuration'));
  speed(section(context, 'speed', 'Speed'));

  addEventListener('resize', () => frames.forEach(f => { if (f.plot.clientWidth && f.plot.clientWidth !== f.width) f.draw(); }));
  addEventListener('beforeprint', () => document.querySelectorAll('details.variant').forEach(d => { d.open = true; }));

  // ---------------------------------------------------------------- the page looks at itself

  /** Reads a table back from the page: what stands there, not what was meant to. */
  function cells(figure) {
    return [...figure.querySelectorAll('.table-behind tbody tr')].map(row => [...row.children].map(cell =>
      cell.hasAttribute('data-value') ? Number(cell.getAttribute('data-value')) : cell.textContent));
  }

  /** Labels that run into each other or out of their chart. */
  function collisions(frame) {
    const labels = [...frame.plot.querySelectorAll('text')].filter(t => t.textContent)
      .map(t => ({text: t.textContent, box: t.getBoundingClientRect(), room: t.ownerSVGElement.getBoundingClientRect()}));
    const found = labels.filter(({box, room}) => !box.width || box.left < room.left - 1 || box.right > room.right + 1 || box.top < room.top - 1 || box.bottom > room.bottom + 1)
      .map(l => 'cut: ' + l.text);
    labels.forEach((a, i) => labels.slice(i + 1).forEach(b => {
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (across > 1 && down > 3) found.push('overlap: ' + a.text + ' | ' + b.text);
    }));
    return found;
  }

  /** Asks a chart for its data by keyboard alone. */
  function speaks(frame) {
    const chart = frame.plot.querySelector('svg[tabindex="0"], canvas[tabindex="0"]');
    if (!chart) return false;
    if (chart.tagName === 'CANVAS') return Boolean(chart.getAttribute('aria-label'));
    chart.focus();
    chart.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));
    const spoken = frame.live.textContent;
    chart.blur();
    return document.activeElement !== chart && spoken.length > 0 && spoken.split(';').length > 1;
  }

  /** What the tests ask with #check: is everything drawn, does the drawing say what the table says, can a keyboard reach it? */
  function check() {
    document.querySelectorAll('details.variant').forEach(d => { d.open = true; d.dispatchEvent(new Event('toggle')); });
    const of = (frame, problems) => problems.map(problem => frame.title + ': ' + problem);
    const wrong = () => frames.flatMap(f => of(f, f.verify(cells(f.figure))));
    const report = {
      charts: frames.length,
      marks: d3.sum(frames, f => f.marks),
      empty: frames.filter(f => !f.width || !f.marks || !cells(f.figure).length).map(f => f.title),
      wrong: wrong(),
      collisions: frames.flatMap(f => of(f, collisions(f))),
      silent: frames.filter(f => !speaks(f)).map(f => f.title),
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      resources: performance.getEntriesByType('resource').length,
    };
    frames.forEach(f => { f.zoom(3); f.zoom(0); });
    report.wrong.push(...wrong().map(w => 'after zooming, ' + w));
    for (const f of frames) {
      for (const select of f.tools.querySelectorAll('select')) {
        for (const option of select.options) {
          select.value = option.value;
          select.dispatchEvent(new Event('change'));
          report.wrong.push(...of(f, f.verify(cells(f.figure))).map(w => option.textContent + ', ' + w));
          report.collisions.push(...of(f, collisions(f)).map(c => option.textContent + ', ' + c));
        }
      }
    }
    console.log('lockstep report: ' + JSON.stringify(report));
  }
  if (location.hash === '#check') check();
})();
