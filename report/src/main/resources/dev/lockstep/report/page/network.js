function network(parent, variant) {
  const runs = summary.runs.filter(r => r.experiment === variant.experiment.id && r.variant === variant.experiment.variant);
  const failed = runs.find(r => r.firstDivergence);
  const names = runs[0].implementations.map(s => s.name);
  const phases = ['forward', 'loss', 'backward', 'update'].filter(p => variant.layers.some(l => l.phases[p]));
  const longest = Math.log10(Math.max(10 * view.maxErrorOverFloor, ...variant.layers.flatMap(l => Object.values(l.phases).map(d => num(d.errorOverFloor)).filter(Number.isFinite))));
  const node = layer => el('span', {class: 'node'}, layer.slice(layer.lastIndexOf('/') + 1));
  const indent = layer => '\u2003'.repeat(layer.split('/').length - 1) + (layer.includes('/') ? '└ ' : '');
  const measure = d => {
    if (!d) return '–';
    const ratio = num(d.errorOverFloor);
    const bar = el('span', {class: 'bar' + (ratio <= view.maxErrorOverFloor ? '' : ' over'), 'aria-hidden': 'true'});
    bar.style.width = Math.max(0, Math.log10(1 + Math.min(ratio, Number.MAX_VALUE) || 0) / longest * 60) + 'px';
    return el('span', {title: d.tensor + ', step ' + d.step + ', ' + d.reading + ' reading, difference ' + show(d.maxAbs)}, bar, show(ratio));
  };
  const rows = variant.layers.map(l => {
    const here = failed && failed.firstDivergence.layer === l.layer;
    const over = Object.values(l.phases).some(d => !(num(d.errorOverFloor) <= view.maxErrorOverFloor));
    return [el('span', {}, indent(l.layer), node(l.layer)), here ? '≠' : over ? '≉' : '=', el('span', {}, indent(l.layer), node(l.layer)),
      ...phases.map(p => measure(l.phases[p]))];
  });
  const body = table('Both networks, layer by layer', [names[0], '', names[1], ...phases.map(p => p + ', error ÷ floor')], rows,
    (row, i) => failed && failed.firstDivergence.layer === variant.layers[i].layer ? 'here' : null);
  body.classList.add('network');
  if (failed) {
    const first = failed.firstDivergence;
    const row = body.querySelector('tr.here');
    if (row) row.after(el('tr', {class: 'here'}, el('td', {colspan: 3 + phases.length}, '▲ first difference: step ' + count(first.step) + ', ' + first.phase + ', ' + first.tensor + (single ? '' : ', seed ' + failed.seed))));
  }
  parent.append(el('h3', {}, 'The two networks'), el('p', {class: 'quiet'},
    'From input to loss. Each number is the largest error ÷ floor of a tensor that this layer answers for; up to ' + view.maxErrorOverFloor + ' counts as rounding (=), more does not (≉); ≠ marks the layer of the first difference.'),
  scroll('Both networks', body));
}
