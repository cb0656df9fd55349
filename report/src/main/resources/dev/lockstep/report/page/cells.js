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
      sheets: figure.matrices.map(m => ({name: m.side, values: m.counts})), value: {label: 'images', unit: '', logarithmic: true},
      cell: (row, sheet) => row[2 + sheet], told: String});
  }};
};
