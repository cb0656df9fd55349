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
    const box = {left: 78, right: width - 22, top: 22, bottom: height - 46};
    const svg = d3.create('svg').attr('viewBox', [0, 0, width, height]).attr('height', height)
      .attr('tabindex', 0).attr('role', 'group')
      .attr('aria-label', self.title + '. ' + series.length + ' lines of ' + xs.length + ' points; left and right arrow keys read them out, plus and minus zoom.');
    const clip = self.id + '-clip';
    svg.append('clipPath').attr('id', clip).append('rect')
      .attr('x', box.left).attr('width', Math.max(0, box.right - box.left)).attr('y', box.top - 6).attr('height', box.bottom - box.top + 12);
    const whole = scale(xs, xAxis.logarithmic, box.left, box.right, {pad: 0});
    const y = scale(shown.flatMap(s => s.points.flatMap(p => banded(s) ? [p.y, p.low, p.high] : [p.y])), yAxis.logarithmic,
      box.bottom, box.top, {include: horizontal.map(h => h.at)});
    whole.whole = xs.every(Number.isInteger);
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
      const told = horizontal.map(h => y(h.at) + (y(h.at) < box.top + 14 ? 15 : -5));
      let down = box.top + 10;
      vertical.forEach(v => {
        const at = x(v.at);
        if (!(at >= box.left - 1 && at <= box.right + 1)) return;
        ink.append('line').attr('class', 'mark').attr('x1', at).attr('x2', at).attr('y1', box.top).attr('y2', box.bottom);
        const right = at > (box.left + box.right) / 2;
        while (told.some(t => Math.abs(t - down) < 14)) down += 14;
        ink.append('text').attr('class', 'over').attr('x', at + (right ? -5 : 5)).attr('y', down).attr('text-anchor', right ? 'end' : 'start').text(v.name);
        down += 14;
      });
      for (const h of horizontal) {
        ink.append('line').attr('class', 'mark').attr('x1', box.left).attr('x2', box.right).attr('y1', y(h.at)).attr('y2', y(h.at));
        ink.append('text').attr('class', 'over').attr('x', box.right - 4).attr('y', y(h.at) + (y(h.at) < box.top + 14 ? 15 : -5)).attr('text-anchor', 'end').text(h.name);
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
        x = Object.assign(v => core(v), {log: whole.log, zeros: whole.zeros && event.transform.k === 1, zeroAt: whole.zeroAt, whole: whole.whole, core, invert: core.invert});
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
