/** What the keys of result.json mean. */
const ENVIRONMENT = {gitCommit: 'git commit', jdk: 'Java', jvm: 'virtual machine', os: 'system', cpu: 'processor', processors: 'cores', maxHeapMiB: 'memory for Java, MiB',
  ompNumThreads: 'OMP_NUM_THREADS', scratchBlas: 'matrix product by hand', dl4j: 'Deeplearning4j'};

function configuration(part) {
  for (const settings of view.variantSettings) {
    part.append(el('h3', {}, settings.experiment + ': in what the variants differ'),
      scroll('Variants of ' + settings.experiment, table('Variants of ' + settings.experiment, ['variant', ...settings.keys], settings.rows.map(row => [row.variant, ...row.values]))));
  }
  if (many) part.append(el('h3', {}, 'Every variant'));
  for (const variant of summary.variants) {
    if (!variant.configuration.length) continue;
    const ordered = [...variant.configuration].sort((a, b) => (a.reference === a.candidate) - (b.reference === b.candidate));
    const body = scroll('Configuration', table('Configuration of ' + variantTitle(variant), ['setting', ...sides],
      ordered.map(s => [s.key, s.reference, s.candidate]), row => row[1] === row[2] ? null : 'differs'));
    part.append(many ? el('details', {}, el('summary', {}, variantTitle(variant)), body) : body);
  }
  part.append(el('h3', {}, 'Environment'), facts(Object.entries(summary.environment).map(([key, value]) => [ENVIRONMENT[key] ?? key, value])));
}

function coverage(part) {
  const short = summary.runs.slice(0, 12);
  part.append(el('ul', {}, short.map((run, i) => el('li', {}, (single ? '' : titleOf(run) + ', seed ' + run.seed + ': ') + view.coverage[i] + '.' + (view.solos[i] ? ' ' + view.solos[i] + '.' : '')))));
  if (summary.runs.length > short.length) part.append(el('p', {class: 'quiet'}, 'The other runs: see their own reports.'));
  part.append(el('ul', {}, summary.variants.map((variant, i) => el('li', {}, (many ? variantTitle(variant) + ': h' : 'H') + 'orizon ' + view.horizons[i] + '.'))));
  const worst = summary.runs.flatMap(run => Object.entries(run.worst).map(([phase, w]) => [(single ? '' : titleOf(run) + ', seed ' + run.seed + ': ') + phase, num(run.errorOverFloor[phase]), num(w.maxAbs), num(w.maxRel), w.path, count(w.step)]));
  part.append(el('h3', {}, 'Largest differences, both sides running free'),
    scroll('Largest differences', table('Largest differences', ['phase', 'error ÷ noise floor', 'absolute', 'relative', 'tensor', 'step'], worst)),
    el('p', {class: 'quiet'}, view.explained));
}

function verdicts(part) {
  part.append(scroll('Verdicts', table('Verdicts', ['verdict', 'what it means', 'exit code'], view.verdicts.map(v => [v.verdict, v.meaning, String(v.exitCode)]))));
}

const perSecond = value => num(value) >= 1000 ? count(Math.round(num(value))) : num(value);

function speed(part) {
  part.append(el('p', {class: 'quiet'}, 'Training steps alone, both sides at work at the same time. Figures of a clock: they change from run to run.'),
    scroll('Speed', table('Speed', ['run', 'seconds', ...sides.map(s => s + ', samples/s')],
      summary.runs.map(run => [titleOf(run) + ', seed ' + run.seed, num(run.timing.seconds), ...sides.map(s => perSecond(run.timing.samplesPerSecond[s]))]))));
}
