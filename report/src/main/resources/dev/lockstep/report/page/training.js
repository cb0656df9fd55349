const SIDE = [{colour: 'var(--c0)', dash: '', width: 3}, {colour: 'var(--c1)', dash: '6 4', width: 2}];
const READING = [...SIDE, {colour: 'var(--c2)', dash: '2 3', width: 2}, {colour: 'var(--c3)', dash: '10 3 2 3', width: 2}];
const band = (step, b) => ({x: step, y: num(b.mean), low: num(b.low), high: num(b.high)});

function learning(parent, variant) {
  const over = variant.seeds.length > 1 ? 'Mean over ' + variant.seeds.length + ' seeds; the bands reach from the lowest to the highest.' : '';
  const names = runsOf(variant)[0].implementations.map(s => s.name);
  const steps = {label: 'step', unit: '', logarithmic: false};
  frame(parent, {title: 'Loss while training', wide: variant.accuracy.length <= 1, note: ('Mean over the steps since the point before. ' + over).trim(),
    controls: [{key: 'y', label: 'Axis', options: [{value: 'linear', name: 'linear'}, {value: 'log', name: 'logarithmic'}]}]},
  state => curves({x: steps, y: {label: 'loss', unit: '', logarithmic: state.y === 'log'},
    series: ['reference', 'candidate'].map((role, i) => ({name: names[i], ...SIDE[i], points: variant.loss.map(p => band(p.step, p[role]))}))}));
  if (variant.accuracy.length > 1) {
    frame(parent, {title: score === 'R²' ? score : 'Accuracy', note: ('On the test samples and on as many training samples. ' + over).trim()},
      () => curves({x: steps, y: {label: score, unit: score === 'R²' ? '' : 'share of samples', logarithmic: false},
        series: [['referenceTest', names[0] + ', test', 'var(--c0)', '', 3], ['candidateTest', names[1] + ', test', 'var(--c1)', '6 4', 2],
          ['referenceTrain', names[0] + ', training', 'var(--c5)', '2 3', 3], ['candidateTrain', names[1] + ', training', 'var(--c4)', '10 3 2 3', 2]]
          .map(([key, name, stroke, dash, width]) => ({name, colour: stroke, dash, width, points: variant.accuracy.map(p => band(p.step, p[key]))}))}));
  }
}

function solo(parent, variant) {
  const alone = runsOf(variant).filter(r => r.solo);
  if (!alone.some(r => r.solo.accuracy.length > 1)) return;
  const side = alone[0].solo.side;
  frame(parent, {title: 'Accuracy of ' + side + ' alone', note: 'On the test samples, after the last step that was compared: of these steps nothing was.'},
    () => curves({x: {label: 'step', unit: '', logarithmic: false}, y: {label: score, unit: score === 'R²' ? '' : 'share of samples', logarithmic: false},
      series: alone.map((r, i) => ({name: 'seed ' + r.seed, ...seriesStyle(i), points: r.solo.accuracy.map(p => ({x: p.step, y: num(p.test)}))}))}));
}


function drift(parent, variant) {
  const run = runsOf(variant).find(r => r.firstDivergence);
  const readings = [...new Set(variant.drift.map(d => d.reading))];
  for (const phase of [...new Set(variant.drift.map(d => d.phase))]) {
    const ofPhase = variant.drift.filter(d => d.phase === phase);
    const layers = [...new Set(ofPhase.map(d => d.layer))];
    const vertical = [];
    if (variant.horizon !== null) vertical.push({at: variant.horizon, name: 'horizon'});
    if (run && run.firstDivergence.phase === phase) vertical.push({at: run.firstDivergence.step, name: 'first divergence'});
    const last = d3.max(ofPhase, d => d3.max(d.points, p => p.step));
    frame(parent, {title: 'Differences, ' + phase, note: 'The largest absolute difference of each step, and the noise floor measured for the same tensor.',
      controls: [
        {key: 'layer', label: 'Layer', options: layers.map(layer => ({value: layer, name: layer || 'all layers'}))},
        {key: 'what', label: 'Show', options: [{value: 'size', name: 'difference and noise floor'}, {value: 'ratio', name: 'error ÷ noise floor'}]},
      ]},
    state => {
      const lines = ofPhase.filter(d => d.layer === state.layer);
      const series = lines.flatMap(d => {
        const i = readings.indexOf(d.reading);
        if (state.what === 'ratio') {
          return [{name: d.reading, ...READING[i], points: d.points.map(p => ({x: p.step, y: num(p.errorOverFloor)}))}];
        }
        return [
          {name: d.reading, ...READING[i], points: d.points.map(p => ({x: p.step, y: num(p.maxAbs), note: p.tensor}))},
          {name: 'noise floor, ' + d.reading, colour: ['var(--c6)', 'var(--c4)', 'var(--c5)', 'var(--c7)'][i], dash: ['3 3', '1 3', '1 6', '1 9'][i], width: 2, points: d.points.map(p => ({x: p.step, y: num(p.floor)}))},
        ];
      });
      return curves({x: {label: 'step', unit: '', logarithmic: last > 50}, y: {label: state.what === 'ratio' ? 'error ÷ noise floor' : 'absolute difference', unit: '', logarithmic: true},
        series, vertical, horizontal: state.what === 'ratio' ? [{at: view.maxErrorOverFloor, name: 'accepted as rounding up to here'}] : []});
    });
  }
}
