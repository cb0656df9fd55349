/** Colours from dark to bright over the range of the values, with a key that says so. */
function cividis(sheets, value) {
  const finite = sheets.flatMap(s => s.values.flat()).filter(v => Number.isFinite(v) && (!value.logarithmic || v > 0));
  const extent = finite.length ? d3.extent(finite) : [0, 1];
  if (extent[0] === extent[1]) extent[1] = extent[0] + 1;
  const scaled = value.logarithmic ? d3.scaleLog().domain(extent) : d3.scaleLinear().domain(extent);
  const position = v => value.logarithmic && v <= 0 ? 0 : scaled(v);
  return {
    shade: v => Number.isFinite(v) ? d3.interpolateCividis(position(v)) : 'var(--ground)',
    inkOn: v => Number.isFinite(v) ? position(v) > .55 ? '#000' : '#fff' : 'var(--ink)',
    key(g, width) {
      d3.range(40).forEach(i => g.append('rect').attr('x', i * width / 40).attr('width', width / 40 + .5).attr('height', 10).attr('fill', d3.interpolateCividis((i + .5) / 40)));
      g.append('text').attr('y', 24).text(show(extent[0]));
      g.append('text').attr('x', width).attr('y', 24).attr('text-anchor', 'end').text(show(extent[1]));
      g.append('text').attr('y', -6).text(axisTitle(value));
    },
  };
}

/**
 * Coloured cells, one sheet or several side by side. Without colours of its own it takes cividis; told(value, row, column) is
 * what stands in a cell, choose(row, column) what a click or Enter on it does, least its smallest width; lines are
 * {column, name}, drawn before a column, and ticked columns each have a tick.
 */
function cellGrid(self, width, {rowLabel, columnLabel, rows, columns, sheets, value, cell, told, shade, inkOn, more = () => [], choose, least = 0, lines = [], ticked = false}) {
  const colours = shade ? {shade, inkOn} : cividis(sheets, value);
  let nodes = [];
  const paint = w => {
    nodes = [];
    const longest = Math.min(18, d3.max(rows, r => r.length));
    const left = 34 + 7.4 * longest, top = sheets[0].name ? 40 : lines.length ? 26 : 10;
    const across = w / sheets.length < 300 ? 1 : sheets.length;
    const sheetWidth = w / across;
    const side = Math.min(56, (sheetWidth - left - 12) / columns.length);
    const tall = Math.max(16, Math.min(side, 34));
    const turned = d3.max(columns, c => c.length) * 7 > side - 4;
    const foot = 30 + (turned ? 7 * Math.min(16, d3.max(columns, c => c.length)) : 14);
    const sheetHeight = top + tall * rows.length + foot;
    const every = turned ? Math.ceil(14 / side) : 1;
    const height = sheetHeight * Math.ceil(sheets.length / across) + (colours.key ? 60 : 4);
    const items = [];
    const svg = drawing(self, w, height, items, columns.length);
    sheets.forEach((sheet, s) => {
      const x0 = (s % across) * sheetWidth + left, y0 = Math.floor(s / across) * sheetHeight + top;
      svg.append('text').attr('x', x0 + side * columns.length / 2).attr('y', y0 - 24).attr('text-anchor', 'middle').attr('font-weight', 600).text(sheet.name);
      rows.forEach((r, i) => {
        svg.append('text').attr('x', x0 - 6).attr('y', y0 + (i + .5) * tall).attr('dy', '.32em').attr('text-anchor', 'end').text(r.length > longest ? '…' + r.slice(1 - longest) : r);
        columns.forEach((c, j) => {
          const v = sheet.values[i][j];
          const node = svg.append('rect').attr('x', x0 + j * side).attr('y', y0 + i * tall).attr('width', side - 1).attr('height', tall - 1).attr('fill', colours.shade(v));
          if (choose) node.style('cursor', 'pointer').on('click', () => choose(i, j));
          if (Number.isNaN(v)) node.attr('stroke', 'var(--quiet)').attr('stroke-dasharray', '2 2');
          const text = told(v, i, j);
          if (text && text.length * 6.6 < side - (text.length > 1 ? 3 : 0)) svg.append('text').attr('x', x0 + (j + .5) * side).attr('y', y0 + (i + .5) * tall).attr('dy', '.32em').attr('text-anchor', 'middle').style('fill', colours.inkOn(v)).style('font-size', '11px').style('pointer-events', 'none').text(text);
          nodes.push({node: node.node(), row: i * columns.length + j, sheet: s});
          items.push({x: x0 + (j + .5) * side, y: y0 + (i + .5) * tall, lines: [(sheet.name ? sheet.name + ': ' : '') + rowLabel + ' ' + r, columnLabel + ' ' + c, axisTitle(value) + ' ' + show(v), ...more(i, j)], choose: choose && (() => choose(i, j))});
        });
      });
      if (ticked) columns.forEach((c, j) => svg.append('line').attr('stroke', 'var(--quiet)').attr('x1', x0 + (j + .5) * side).attr('x2', x0 + (j + .5) * side).attr('y1', y0 + rows.length * tall).attr('y2', y0 + rows.length * tall + 4));
      for (const line of lines) {
        const at = x0 + line.column * side, right = line.column > columns.length / 2;
        svg.append('line').attr('class', 'mark').attr('x1', at).attr('x2', at).attr('y1', y0 - 16).attr('y2', y0 + rows.length * tall);
        svg.append('text').attr('x', at + (right ? -5 : 5)).attr('y', y0 - 8).attr('text-anchor', right ? 'end' : 'start').text(line.name);
      }
      columns.forEach((c, j) => {
        if (j % every) return;
        const label = svg.append('text').text(c.length > 16 ? c.slice(0, 15) + '…' : c);
        const cx = x0 + (j + .5) * side, cy = y0 + rows.length * tall;
        if (turned) label.attr('transform', 'translate(' + cx + ',' + (cy + 6) + ') rotate(-90)').attr('text-anchor', 'end').attr('dy', '.32em');
        else label.attr('x', cx).attr('y', cy + 14).attr('text-anchor', 'middle');
      });
      svg.append('text').attr('x', x0 + side * columns.length / 2).attr('y', y0 + rows.length * tall + foot - 6).attr('text-anchor', 'middle').text(columnLabel);
      svg.append('text').attr('transform', 'translate(' + (x0 - left + 13) + ',' + (y0 + rows.length * tall / 2) + ') rotate(-90)').attr('text-anchor', 'middle').text(rowLabel);
    });
    if (colours.key) colours.key(svg.append('g').attr('transform', 'translate(' + left + ',' + (height - 36) + ')'), Math.min(220, w - left - 60));
    return svg.node();
  };
  growing(self, Math.max(width, 34 + 7.4 * Math.min(18, d3.max(rows, r => r.length)) + 12 + least * columns.length), paint);
  return {marks: nodes.length, verify: cells => nodes.flatMap(n => n.node.getAttribute('fill') === colours.shade(cell(cells[n.row], n.sheet)) ? [] : [cells[n.row].slice(0, 2).join(', ')])};
}

renderers.HeatMap = figure => {
  const rows = figure.rows.flatMap((r, i) => figure.columns.map((c, j) => [r, c, num(figure.values[i][j])]));
  return {head: [figure.rowLabel, figure.columnLabel, axisTitle(figure.value)], rows, draw(self, width) {
    return cellGrid(self, width, {rowLabel: figure.rowLabel, columnLabel: figure.columnLabel, rows: figure.rows, columns: figure.columns,
      sheets: [{name: '', values: figure.values.map(r => r.map(num))}], value: figure.value,
      cell: (row, sheet) => row[2], told: show});
  }};
};

renderers.ConfusionMatrices = figure => {
  const rows = figure.classes.flatMap((a, i) => figure.classes.map((b, j) => [a, b, ...figure.matrices.map(m => m.counts[i][j])]));
  return {head: ['true class', 'answer', ...figure.matrices.map(m => m.side)], rows, wide: figure.matrices.length > 1, draw(self, width) {
    return cellGrid(self, width, {rowLabel: 'true class', columnLabel: 'answer', rows: figure.classes, columns: figure.classes,
      sheets: figure.matrices.map(m => ({name: m.side, values: m.counts})), value: {label: 'samples', unit: '', logarithmic: true},
      cell: (row, sheet) => row[2 + sheet], told: String});
  }};
};
