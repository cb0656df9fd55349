/** Error ÷ noise floor of every layer at every observed step, a picture for each phase; a cell opens its step. */
function heat(parent, variant) {
  const readings = [...new Set(variant.drift.map(d => d.reading))];
  const first = (runsOf(variant).find(r => r.firstDivergence) || {}).firstDivergence;
  const order = variant.layers.map(l => l.layer);
  for (const phase of PHASES) {
    const lines = variant.drift.filter(d => d.phase === phase && d.layer);
    if (!lines.length) continue;
    const experiment = variant.experiment;
    const taken = Math.max(...runsOf(variant).map(run => run.coverage.steps));
    const detail = el('div', {class: 'layer', role: 'region', 'aria-label': 'The step that was chosen', 'aria-live': 'polite'});
    const self = frame(parent, {title: 'Layers over the steps, ' + phase, note: 'Error ÷ noise floor of the worst tensor of each layer at each observed step. Choose a cell to see its step.'
        + (first && first.phase === phase ? ' ≠ marks the first difference, ≉ others.' : '')
        + ' ' + count(taken) + ' of ' + count(experiment.steps) + ' steps were observed, each with a tick under it.'
        + (variant.horizon === null ? '' : ' From the divergence horizon on, step ' + count(variant.horizon) + ', the free-running reading is not judged.'), zooming: false,
      controls: [{key: 'reading', label: 'Reading', options: readings.filter(r => lines.some(l => l.reading === r)).map(r => ({value: r, name: r}))}]},
    state => {
      const shown = lines.filter(l => l.reading === state.reading).sort((a, b) => order.indexOf(a.layer) - order.indexOf(b.layer));
      const all = [...new Set(shown.flatMap(l => l.points.map(p => p.step)))].sort(d3.ascending);
      const longest = d3.greatest(shown, l => l.points.length);
      // Where lines were thinned, each by its own largest steps, their columns are the same groups of neighbours.
      const grouped = all.length > longest.points.length && shown.every(l => l.points.length === longest.points.length);
      const steps = grouped ? longest.points.map(p => p.step) : all;
      const at = (line, j) => grouped ? line.points[j] : line.points.find(p => p.step === steps[j]);
      const points = shown.map(line => steps.map((s, j) => at(line, j)));
      const values = points.map(row => row.map(p => p ? num(p.errorOverFloor) : NaN));
      const open = (i, j) => detail.replaceChildren(el('h4', {}, 'Step ' + count(steps[j]) + ', ' + phase), scroll('Step ' + steps[j], table('Step ' + steps[j],
        ['layer', 'tensor', 'error ÷ noise floor', 'largest difference', 'noise floor', ''],
        shown.map((line, r) => [line.layer, points[r][j]]).filter(([, p]) => p).map(([layer, p]) => [layer, p.tensor, num(p.errorOverFloor), num(p.maxAbs), num(p.floor), reads(p)]))));
      const rows = shown.flatMap((line, i) => steps.map((s, j) => [line.layer, s, values[i][j]]));
      return {head: ['layer', 'step', 'error ÷ noise floor'], rows, draw: (self, width) => {
        const drawn = cellGrid(self, width, {rowLabel: 'layer', columnLabel: 'step', rows: shown.map(l => l.layer), columns: steps.map(count), least: 9,
          ticked: true, lines: variant.horizon === null ? [] : [{column: steps.findIndex(s => s >= variant.horizon), name: 'divergence horizon'}].filter(l => l.column >= 0),
          sheets: [{name: '', values}], value: {label: 'error ÷ noise floor', unit: ''}, shade: floorColour, inkOn: floorInk,
          cell: row => row[2], told: (v, i, j) => first && first.phase === phase && first.step === steps[j] && first.layer === shown[i].layer ? '≠' : points[i][j] && points[i][j].failed ? '≉' : '',
          more: (i, j) => points[i][j] ? [points[i][j].tensor + ', ' + reads(points[i][j])] : [], choose: open});
        self.legend.replaceChildren(...floorKey());
        detail.replaceChildren();
        return drawn;
      }};
    });
    self.plot.after(detail);
  }
}
