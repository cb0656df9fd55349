renderers.ParallelCoordinates = figure => {
  const rows = figure.items.map(item => [item.name, item.highlighted ? 'yes' : '', ...item.values.map((v, k) => onAxis(figure.axes[k], num(v)))]);
  return {head: ['', 'highlighted', ...figure.axes.map(axisTitle)], rows, wide: true, draw(self, width) {
    let paths = [];
    let ys = [];
    const paint = w => {
      const height = 360, top = 46, bottom = height - 16, margin = figure.axes.length && hasChoices(figure.axes[0]) ? 100 : 60;
      const x = k => margin + k * (w - 2 * margin) / Math.max(1, figure.axes.length - 1);
      ys = figure.axes.map((axis, k) => scale(figure.items.map(i => num(i.values[k])), axis.logarithmic, bottom, top, {include: around(axis)}));
      const items = figure.items.flatMap((item, n) => item.values.map((v, k) => ({x: x(k), y: ys[k](num(v)), n, lines: [item.name, ...figure.axes.map((a, m) => axisTitle(a) + ' ' + showOn(a, num(item.values[m])))]}))).filter(i => Number.isFinite(i.y));
      const svg = drawing(self, w, height, items, figure.axes.length);
      paths = figure.items.map((item, n) => {
        const line = d3.line().defined(p => Number.isFinite(p[1]))(item.values.map((v, k) => [x(k), ys[k](num(v))]));
        return svg.append('path').attr('d', line).attr('fill', 'none').attr('stroke', item.highlighted ? 'var(--c1)' : 'var(--c0)').attr('stroke-width', item.highlighted ? 2.5 : 1.2).attr('opacity', item.highlighted ? 1 : .45).attr('stroke-dasharray', item.highlighted ? '' : '4 2').node();
      });
      figure.axes.forEach((axis, k) => {
        const t = ticksOf(axis, ys[k].core, ys[k].log, bottom - top, 36);
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
      const told = r.slice(2).map((v, k) => ys[k](fromAxis(figure.axes[k], v))).filter(Number.isFinite);
      return bends.length === told.length && told.every((y, k) => Math.abs(Number(bends[k].slice(1).split(',')[1]) - y) < .01) ? [] : [r[0]];
    })};
  }};
};
