const PHASES = ['forward', 'loss', 'backward', 'update'];

/** Words and colour for error ÷ noise floor: the judgement is the reading's own, the colour its size. */
const LIMIT = view.maxErrorOverFloor;
const ROUNDING = d3.interpolateRgb('#cfe3f3', '#4b93c9');
const BEYOND = d3.interpolateRgb('#f6b26b', '#8a2d04');
function floorColour(ratio) {
  if (Number.isNaN(ratio)) return 'var(--ground)';
  if (ratio <= 1) return '#d9dde3';
  return ratio <= LIMIT ? ROUNDING(Math.log(ratio) / Math.log(LIMIT)) : BEYOND(Math.min(1, Math.log10(ratio / LIMIT) / 10));
}
const floorInk = ratio => Number.isNaN(ratio) ? 'var(--ink)' : ratio > LIMIT * 1e4 ? '#fff' : '#000';
const FLOOR_KEY = [['at most the noise floor', .5], ['accepted as rounding, up to ' + LIMIT + ' ×', Math.sqrt(LIMIT)], ['more', LIMIT * 10], ['much more', LIMIT * 1e10], ['not read', NaN]];

function floorKey() {
  return FLOOR_KEY.map(([name, ratio]) => {
    const svg = d3.create('svg').attr('viewBox', '0 0 26 10').attr('aria-hidden', 'true');
    svg.append('rect').attr('width', 26).attr('height', 10).attr('fill', floorColour(ratio)).attr('stroke', 'var(--quiet)').attr('stroke-dasharray', Number.isNaN(ratio) ? '2 2' : null);
    return el('span', {}, svg.node(), name);
  });
}

/** The worst of a layer's tensors in one phase: one that failed before one that passed, then the largest. */
const worstOf = tensors => d3.greatest(tensors, (a, b) => d3.ascending(a.failed, b.failed) || d3.ascending(a.judged, b.judged) || d3.ascending(num(a.errorOverFloor), num(b.errorOverFloor)));
const mark = tensors => tensors.some(t => t.failed) ? '≉' : '=';
const reads = t => t.judged ? t.failed ? 'differs' : 'accepted' : 'not judged';

/** The network from input to loss, both sides in one picture; a click or Enter opens a layer. */
function network(parent, variant) {
  const runs = runsOf(variant);
  const failed = runs.find(r => r.firstDivergence);
  const first = failed && failed.firstDivergence;
  const phases = PHASES.filter(p => variant.layers.some(l => l.tensors.some(t => t.phase === p)));
  const byName = new Map(variant.layers.map(l => [l.layer, l]));
  const names = [...new Set(['input', ...variant.layers.map(l => l.layer)])];
  const short = name => name.slice(name.lastIndexOf('/') + 1);
  const tensors = (name, phase) => (byName.get(name) || {tensors: []}).tensors.filter(t => t.phase === phase);
  const worst = (name, phase) => worstOf(tensors(name, phase));
  const ratio = d => d ? num(d.errorOverFloor) : NaN;
  const rows = variant.layers.map(l => [l.layer, first && first.layer === l.layer ? '≠ first difference' : mark(l.tensors), ...phases.map(p => { const d = worst(l.layer, p); return d ? ratio(d) : ''; })]);
  const head = ['layer', '', ...phases.map(p => p + ', error ÷ noise floor')];
  const detail = el('div', {class: 'layer', role: 'region', 'aria-label': 'The layer that was chosen', 'aria-live': 'polite'});

  function open(name) {
    const layer = byName.get(name);
    clear(detail);
    detail.append(el('h4', {}, name), !layer ? el('p', {}, 'The data: nothing is compared here.') : scroll('Tensors of ' + name, table('Tensors of ' + name,
      ['tensor', 'phase', 'error ÷ noise floor', 'largest difference', 'step', 'reading', ''],
      layer.tensors.map(t => [t.tensor, t.phase, num(t.errorOverFloor), num(t.maxAbs), count(t.step), t.reading, reads(t)]), (row, i) => layer.tensors[i].failed ? 'differs' : null)));
    if (first && first.layer === name) detail.append(el('p', {}, '▲ First difference: step ' + count(first.step) + ', ' + first.phase + ', ' + first.tensor + (single ? '' : ', seed ' + failed.seed) + '.'));
    const known = elementsOf(variant, name);
    if (known.length) chooseTensor(detail, variant, known, layer.tensors, first && first.layer === name ? first : null);
    if (weightsOf(variant, name).length) figures(detail, weightsOf(variant, name));
    detail.append(...figuresOf(variant, name));
  }

  const self = frame(parent, {title: 'The network', wide: true, note: 'From input to loss, both sides in one picture. ' + (phases.length
    ? 'Each layer shows the largest error ÷ noise floor of its tensors in each phase (' + phases.join(', ') + '); ≉ differs, ≠ is where the first difference lies. Choose a layer to see its tensors.'
    : 'No tensor was compared.')}, () => ({head, rows, draw(self, width) {
    const down = width < 520;
    const side = 30, box = {width: Math.max(side * phases.length, 92) + 8, height: 46};
    const graph = new dagre.graphlib.Graph().setGraph({rankdir: down ? 'TB' : 'LR', nodesep: 14, ranksep: 26, marginx: 10, marginy: 18}).setDefaultEdgeLabel(() => ({}));
    for (const name of names) graph.setNode(name, {...box});
    // What the network answers, when nothing is trained, reads what the loss reads.
    const sources = name => variant.experiment.inputs[name] || variant.experiment.inputs.loss || [];
    for (const name of names) if (name !== 'input') for (const source of sources(name)) if (names.includes(source)) graph.setEdge(source, name);
    dagre.layout(graph);
    const size = graph.graph();
    let cells = [];
    const order = names.filter(n => graph.node(n));
    const inner = growing(self, Math.max(width, size.width), w => {
      cells = [];
      const k = Math.max(1, w / Math.max(width, size.width));
      const items = [];
      const svg = drawing(self, w, size.height * k, items);
      const g = svg.append('g').attr('transform', 'translate(' + Math.max(0, (w / k - size.width) / 2) * k + ',0) scale(' + k + ')');
      const line = d3.line().curve(d3.curveBasis);
      g.selectAll('path').data(graph.edges()).join('path').attr('class', 'edge').attr('d', e => line(graph.edge(e).points.map(p => [p.x, p.y])));
      for (const name of order) {
        const at = graph.node(name);
        const here = first && first.layer === name;
        const all = (byName.get(name) || {tensors: []}).tensors;
        const node = g.append('g').attr('class', 'node' + (here ? ' here' : '')).attr('transform', 'translate(' + (at.x - box.width / 2) + ',' + (at.y - box.height / 2) + ')').style('cursor', 'pointer').on('click', () => open(name));
        node.append('rect').attr('width', box.width).attr('height', box.height).attr('rx', 5);
        const sign = here ? '≠ ' : all.some(t => t.failed) ? '≉ ' : '';
        const label = sign + short(name);
        node.append('text').attr('x', box.width / 2).attr('y', 17).attr('text-anchor', 'middle').text(label.length > 14 ? label.slice(0, 13) + '…' : label);
        if (all.length) phases.forEach((phase, i) => {
          const d = worst(name, phase);
          const cell = node.append('rect').attr('class', 'cell').attr('x', 4 + i * (box.width - 8) / phases.length).attr('y', 25).attr('width', (box.width - 8) / phases.length - 2).attr('height', 15).attr('fill', floorColour(ratio(d)));
          if (!d) cell.attr('stroke-dasharray', '2 2');
          node.append('text').attr('class', 'small').attr('x', 4 + (i + .5) * (box.width - 8) / phases.length - 1).attr('y', 36).attr('text-anchor', 'middle').style('fill', floorInk(ratio(d))).text(phase[0]);
          cells.push({name, i, node: cell.node()});
        });
        items.push({x: (Math.max(0, (w / k - size.width) / 2) + at.x) * k, y: at.y * k, choose: () => open(name), lines: [name + (here ? ', first difference' : ''), ...(all.length ? phases.filter(p => worst(name, p)).map(p => p + ': ' + show(ratio(worst(name, p))) + ', ' + reads(worst(name, p))) : ['the data'])]});
      }
      return svg.node();
    });
    if (phases.length) self.legend.replaceChildren(...floorKey());
    if (first && graph.node(first.layer)) inner.scrollLeft = graph.node(first.layer).x - width / 2;
    return {marks: order.length + cells.length, verify: told => told.flatMap(row => cells.filter(c => c.name === row[0]).flatMap(c =>
      row[2 + c.i] === '' || d3.rgb(getComputedStyle(c.node).fill).formatHex() === d3.rgb(floorColour(row[2 + c.i])).formatHex() ? [] : [row[0] + ', ' + phases[c.i]]))};
  }}));
  self.plot.after(detail);
  if (first && byName.has(first.layer)) open(first.layer);
}

/** A list of the tensors whose elements are known, and what they look like: of the first difference, else of the worst. */
function chooseTensor(detail, variant, known, tensors, first) {
  const names = runsOf(variant)[0].implementations.map(side => side.name);
  const worst = first || worstOf(tensors.filter(t => known.some(f => f.tensor === t.tensor && f.phase === t.phase)));
  const start = Math.max(0, worst ? known.findIndex(f => f.tensor === worst.tensor && f.phase === worst.phase) : 0);
  const select = el('select', {'aria-label': 'Elements of'}, known.map((f, i) => el('option', {value: i, selected: i === start ? '' : null}, f.tensor + ', ' + f.phase)));
  const charts = el('div', {class: 'charts'});
  const draw = () => { clear(charts); elements(charts, known[select.value], names); };
  select.addEventListener('change', draw);
  detail.append(el('p', {class: 'tools'}, el('label', {}, 'Elements of', select), ' in step ' + count(known[0].step) + ', ' + known[0].reading + ' reading'), charts);
  draw();
}

/** What the run drew of a layer: figures that name it. */
function figuresOf(variant, layer) {
  const named = figuresBelow(variant).filter(f => f.title.split(/[\s,:]+/).includes(layer));
  return named.length ? [el('p', {}, 'See also, below: ' + named.map(f => f.title).join('; ') + '.')] : [];
}
