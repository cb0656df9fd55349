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
  const box = {left: 78, right: width - 22, top: 12, bottom: height - 46};
  const wholeX = scale(xs, xAxis.logarithmic, box.left, box.right, {pad, include: around(xAxis)});
  const wholeY = scale(ys, yAxis.logarithmic, box.bottom, box.top, {pad, include: around(yAxis)});
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

renderers.Contours = figure => {
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
};

renderers.VectorField = figure => {
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
};

renderers.Scatter = figure => {
  const groups = figure.groups.map(g => ({name: g.name, points: g.points.map(p => ({x: num(p.x), y: num(p.y), label: p.label}))}));
  const all = groups.flatMap(g => g.points);
  const rows = groups.flatMap(g => g.points.map(p => [g.name, p.label, onAxis(figure.x, p.x), onAxis(figure.y, p.y)]));
  return {head: ['group', 'point', axisTitle(figure.x), axisTitle(figure.y)], rows, draw(self, width) {
    let nodes = [];
    const drawn = plane(self, width, {xAxis: figure.x, yAxis: figure.y, xs: all.map(p => p.x), ys: all.map(p => p.y), height: 340, pad: .04,
      items: (x, y) => groups.flatMap(g => g.points.map(p => ({x: x(p.x), y: y(p.y), lines: [g.name + (p.label ? ', ' + p.label : ''), axisTitle(figure.x) + ' ' + showOn(figure.x, p.x), axisTitle(figure.y) + ' ' + showOn(figure.y, p.y)]}))).filter(i => Number.isFinite(i.x) && Number.isFinite(i.y)),
      paint(ink, x, y) {
        nodes = [];
        groups.forEach((g, k) => g.points.forEach(p => nodes.push(Number.isFinite(x(p.x)) && Number.isFinite(y(p.y))
          ? ink.append('path').attr('d', d3.symbol(d3.symbolsFill[k % 7], 60)()).attr('transform', 'translate(' + x(p.x) + ',' + y(p.y) + ')').attr('fill', colour(k)).attr('opacity', .85).node() : null)));
      }});
    self.legend.replaceChildren(...groups.map((g, k) => el('span', {}, symbol(k), ' ' + g.name)));
    return {marks: nodes.filter(Boolean).length, verify: cells => cells.flatMap((r, i) => {
      const x = drawn.x(fromAxis(figure.x, r[2])), y = drawn.y(fromAxis(figure.y, r[3]));
      if (!Number.isFinite(x) || !Number.isFinite(y)) return nodes[i] ? [String(r[1])] : [];
      return nodes[i] && nodes[i].getAttribute('transform') === 'translate(' + x + ',' + y + ')' ? [] : [String(r[1] || i)];
    })};
  }};
};
