renderers.Lines = figure => {
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
};

renderers.Histograms = figure => {
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
};
