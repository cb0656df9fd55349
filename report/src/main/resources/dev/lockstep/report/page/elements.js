/** Upper ends of the bins in which errors ÷ noise floor are counted; the last bin holds all others. */
const ERROR_BINS = ['0', ...d3.range(-2, 9).map(e => '≤ ' + (e < -1 || e > 2 ? power(e) : brief(10 ** e))), 'more'];
const ratioOf = decibels => decibels === -99 ? 0 : decibels === 999 ? Infinity : 10 ** (decibels / 10);
const elementsOf = (variant, layer) => variant.figures.filter(f => f.kind === 'Elements' && f.layer === layer);
/** Images of the weights of a layer, and of their difference. */
const weightsOf = (variant, layer) => variant.figures.filter(f => f.id === 'weights-' + layer || f.id === 'weights-difference-' + layer);
/** Figures that no layer shows when it is opened. */
const figuresBelow = variant => variant.figures.filter(f => f.kind !== 'Elements' && !f.id.startsWith('weights-'));

/** Bars over names; as large as their logarithm, for few stand beside many. */
function bars({label, unit, names, values, fill}) {
  const rows = names.map((name, i) => [name, values[i]]);
  return {head: [label, unit], rows, draw(self, width) {
    let drawn = [];
    const height = 230, box = {left: 62, right: width - 10, top: 14, bottom: height - 74};
    const y = scale([0, 1, ...values], true, box.bottom, box.top);
    const band = (box.right - box.left) / names.length;
    const items = [];
    const svg = drawing(self, width, height, items);
    const yt = ticks(y.core, true, box.bottom - box.top, 34);
    svg.append('g').attr('class', 'axis').attr('transform', 'translate(' + box.left + ',0)').call(d3.axisLeft(y.core).tickValues(yt.values).tickFormat(yt.name).tickSizeOuter(0));
    svg.append('line').attr('class', 'zero').attr('x1', box.left).attr('x2', box.right).attr('y1', box.bottom).attr('y2', box.bottom);
    names.forEach((name, i) => {
      const x = box.left + i * band, top = values[i] ? y(values[i]) : box.bottom;
      const bar = svg.append('rect').attr('x', x + 1).attr('width', Math.max(1, band - 2)).attr('y', top).attr('height', box.bottom - top).attr('fill', fill(i)).attr('stroke', values[i] ? 'var(--quiet)' : null);
      drawn.push({node: bar.node(), value: values[i]});
      svg.append('text').attr('transform', 'translate(' + (x + band / 2) + ',' + (box.bottom + 6) + ') rotate(-90)').attr('text-anchor', 'end').attr('dy', '.32em').text(name);
      items.push({x: x + band / 2, y: top, lines: [label + ' ' + name, count(values[i]) + ' ' + unit]});
    });
    svg.append('text').attr('x', (box.left + box.right) / 2).attr('y', height - 6).attr('text-anchor', 'middle').text(label);
    svg.append('text').attr('transform', 'translate(13,' + (box.top + box.bottom) / 2 + ') rotate(-90)').attr('text-anchor', 'middle').text(unit);
    self.plot.append(svg.node());
    return {marks: drawn.length, verify: cells => cells.flatMap((row, i) =>
      Math.abs(Number(drawn[i].node.getAttribute('height')) - (row[1] ? box.bottom - y(row[1]) : 0)) < .01 ? [] : [row[0]])};
  }};
}

/** First and last index of each block into which an axis is divided. */
const blocksOf = (length, blocks) => d3.range(blocks).map(k => [Math.floor(k * length / blocks), Math.floor((k + 1) * length / blocks) - 1]);
const spanOf = ([from, to]) => from === to ? String(from) : from + '–' + to;

/** A loss is one number, without a shape. */
const errorsNote = (size, floor) => count(size) + (size === 1 ? ' element by its error' : ' elements by their error') + ' ÷ noise floor; the noise floor is ' + show(floor) + '.';
const mapNote = shape => shape.length ? 'Shape ' + shape.join(' × ') + '; each cell is the largest error ÷ noise floor of its elements.' : 'A number alone: its error ÷ noise floor.';

/** The values of both sides, the errors, and the map of one tensor's elements. */
function elements(charts, tensor, names) {
  const width = (num(tensor.to) - num(tensor.from)) / tensor.referenceCounts.length;
  const size = d3.sum(tensor.errorCounts);
  const spread = counts => counts.map((n, i) => ({x: num(tensor.from) + (i + .5) * width, y: n}));
  frame(charts, {title: 'Values of ' + tensor.tensor, note: 'How many elements lie about each value, on both sides.', zooming: false},
    () => curves({x: {label: 'value', unit: '', logarithmic: false}, y: {label: 'elements', unit: '', logarithmic: true}, height: 230,
      series: [tensor.referenceCounts, tensor.candidateCounts].map((counts, i) => ({name: names[i], ...SIDE[i], points: spread(counts)}))}));
  frame(charts, {title: 'Errors of ' + tensor.tensor, note: errorsNote(size, tensor.floor), zooming: false},
    () => bars({label: 'error ÷ noise floor', unit: 'elements', names: ERROR_BINS, values: tensor.errorCounts,
      fill: i => floorColour(i === 0 ? 0 : i === ERROR_BINS.length - 1 ? 1e12 : 10 ** (i - 3) * .9)}));
  const rest = tensor.shape.slice(1);
  const single = tensor.shape.length < 2;
  const down = blocksOf(single ? 1 : tensor.shape[0], tensor.map.length);
  const across = blocksOf(single ? size : size / tensor.shape[0], tensor.map[0].length);
  const at = tensor.worst.length ? [single ? 0 : tensor.worst[0], single ? tensor.worst[0] || 0 : tensor.worst.slice(1).reduce((sum, index, i) => sum * rest[i] + index, 0)] : [-1, -1];
  const within = (spans, index) => spans.findIndex(([from, to]) => from <= index && index <= to);
  const worst = [within(down, at[0]), within(across, at[1])];
  const values = tensor.map.map(row => row.map(ratioOf));
  const rows = down.map(spanOf), columns = across.map(spanOf);
  const axes = single ? ['', 'element'] : ['index of axis 0', rest.length > 1 ? 'elements of axes 1 to ' + rest.length : 'index of axis 1'];
  frame(charts, {title: 'Map of ' + tensor.tensor, wide: true, zooming: false,
    note: mapNote(tensor.shape)
      + (tensor.worst.length ? ' ✕ marks the worst, element (' + tensor.worst.join(', ') + '): ' + names[0] + ' ' + num(tensor.reference) + ', ' + names[1] + ' ' + num(tensor.candidate) + '.' : '')},
  () => ({head: [axes[0] || 'row', axes[1], 'error ÷ noise floor'], rows: rows.flatMap((r, i) => columns.map((c, j) => [r, c, values[i][j]])), draw(self, width) {
    const drawn = cellGrid(self, width, {rowLabel: axes[0], columnLabel: axes[1], rows, columns, least: 8, sheets: [{name: '', values}],
      value: {label: 'error ÷ noise floor', unit: ''}, shade: floorColour, inkOn: floorInk, cell: row => row[2], told: (v, i, j) => i === worst[0] && j === worst[1] ? '✕' : ''});
    self.legend.replaceChildren(...floorKey());
    return drawn;
  }}));
}
