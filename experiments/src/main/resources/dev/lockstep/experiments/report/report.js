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
  const percent = share => Number.isFinite(num(share)) ? (100 * num(share)).toFixed(2) + ' %' : String(share);
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
      : el(tag, more || {}, value);
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
      const select = el('select', {'aria-label': control.label + ', ' + title},
        control.options.map(o => el('option', {value: o.value}, o.name)));
      select.addEventListener('change', () => {
        self.state[control.key] = select.value;
        self.state.hidden.clear();
        self.draw();
      });
      tools.append(el('label', {}, control.label, select));
    }
    for (const [name, label, factor] of [['+', 'Zoom in', 2], ['−', 'Zoom out', .5], ['Whole', 'Show the whole chart', 0]]) {
      const button = el('button', {type: 'button', title: label, 'aria-label': label + ', ' + title}, name);
      button.addEventListener('click', () => self.zoom && self.zoom(factor));
      tools.append(button);
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
    const values = core.ticks(wanted).filter((v, i, all) => all.length <= wanted * 2 || i % Math.ceil(all.length / wanted) === 0);
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
      const box = {left: 66, right: width - 14, top: 14, bottom: height - 46};
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
    if (single && summary.variants[0].experiment.shows) {
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
        el('ul', {class: 'lines'}, view.divergence.map(line => el('li', {class: line.startsWith('  ') ? 'inner' : null}, line.trim())))));
    }
    if (single) screen.append(bothSides(summary.runs[0]));
    screen.append(el('section', {class: 'card'}, el('h2', {}, 'To repeat it'), el('code', {class: 'command'}, summary.command),
      el('p', {class: 'quiet'}, 'Data: ' + summary.dataset.name + ', ' + count(summary.dataset.train) + ' images to train on, ' + count(summary.dataset.test) + ' to test.')));
    return {main, nav};
  }

  function bothSides(run) {
    return el('section', {class: 'card'}, el('h2', {}, 'Both sides'),
      scroll('Both sides', table('Both sides', ['', ...run.implementations.map(side => side.name)], [
        ['loss of the last batch', ...run.implementations.map(side => num(side.trainLoss))],
        ['accuracy on training images', ...run.implementations.map(side => percent(side.trainAccuracy))],
        ['accuracy on test images', ...run.implementations.map(side => percent(side.testAccuracy))],
      ])));
  }

  function section(context, id, title) {
    const part = el('section', {id, 'aria-labelledby': id + '-title'}, el('h2', {id: id + '-title'}, title));
    context.main.append(part);
    context.nav.append(el('a', {href: '#' + id}, title));
    return part;
  }

  // ---------------------------------------------------------------- the runs

  function runsTable(part) {
    part.append(scroll('All runs', table('All runs',
      ['run', 'seed', 'verdict', ...sides.flatMap(s => ['loss, ' + s, 'test accuracy, ' + s]), 'first divergence'],
      summary.runs.map(run => [
        run.path ? el('a', {href: './' + encodeURI(run.path) + '/report.html'}, titleOf(run)) : titleOf(run),
        String(run.seed), badge(run.verdict),
        ...run.implementations.flatMap(side => [num(side.trainLoss), percent(side.testAccuracy)]),
        run.firstDivergence ? 'step ' + count(run.firstDivergence.step) + ', ' + run.firstDivergence.phase + ', ' + run.firstDivergence.tensor : '–',
      ]))));
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
        ...phases.map(p => measure(l.phases[p])),
        here ? '◀ first difference: step ' + count(failed.firstDivergence.step) + ', ' + failed.firstDivergence.phase + ', ' + failed.firstDivergence.tensor : ''];
    });
    const body = table('Both networks, layer by layer', [names[0], '', names[1], ...phases.map(p => p + ', error ÷ floor'), ''], rows,
      (row, i) => failed && failed.firstDivergence.layer === variant.layers[i].layer ? 'here' : null);
    body.classList.add('network');
    parent.append(el('h3', {}, 'The two networks'), el('p', {class: 'quiet'},
      'From input to loss. Each number is the largest error ÷ floor of a tensor that this layer answers for; up to ' + view.maxErrorOverFloor + ' counts as rounding (=), more does not (≉); ≠ marks the layer of the first difference.'),
    scroll('Both networks', body));
  }

  // ---------------------------------------------------------------- the rest

  function configuration(part) {
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
    part.append(el('ul', {}, short.map((run, i) => el('li', {}, (single ? '' : titleOf(run) + ', seed ' + run.seed + ': ') + view.coverage[i] + '.'))));
    if (summary.runs.length > short.length) part.append(el('p', {class: 'quiet'}, 'The other runs: see their own reports.'));
    part.append(el('ul', {}, summary.variants.map((variant, i) => el('li', {}, (many ? variantTitle(variant) + ': h' : 'H') + 'orizon ' + view.horizons[i] + '.'))));
    const worst = summary.runs.flatMap(run => Object.entries(run.worst).map(([phase, w]) => [(single ? '' : titleOf(run) + ', seed ' + run.seed + ': ') + phase, num(w.maxAbs), num(w.maxRel), w.path, count(w.step)]));
    part.append(el('h3', {}, 'Largest differences, both sides running free'),
      scroll('Largest differences', table('Largest differences', ['phase', 'absolute', 'relative', 'tensor', 'step'], worst)));
  }

  function speed(part) {
    part.append(el('p', {class: 'quiet'}, 'Training steps alone, both sides at work at the same time. Figures of a clock: they change from run to run.'),
      scroll('Speed', table('Speed', ['run', 'seconds', ...sides.map(s => s + ', samples/s')],
        summary.runs.map(run => [titleOf(run) + ', seed ' + run.seed, num(run.timing.seconds), ...sides.map(s => num(run.timing.samplesPerSecond[s]))]))));
  }

  // ---------------------------------------------------------------- all of it

  const context = firstScreen();
  if (!single) runsTable(section(context, 'runs', 'Runs'));
  const results = section(context, 'training', 'Training');
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
      learning(charts, variant);
      network(parent, variant);
      const differences = el('div', {class: 'charts'});
      parent.append(el('h3', {}, 'Differences over the steps'), differences);
      drift(differences, variant);
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

  /** Reads the tables back from the page: what stands there, not what was meant to. */
  function cells(figure) {
    return [...figure.querySelectorAll('.table-behind tbody tr')].map(row => [...row.children].map(cell =>
      cell.hasAttribute('data-value') ? Number(cell.getAttribute('data-value')) : cell.textContent));
  }
  const drawn = frames.filter(f => f.width);
  const empty = drawn.filter(f => !f.marks).map(f => f.title);
  const wrong = drawn.flatMap(f => f.verify(cells(f.figure)).map(what => f.title + ': ' + what));
  console.log('lockstep report: ' + JSON.stringify({charts: drawn.length, marks: d3.sum(drawn, f => f.marks), empty, wrong}));
})();
