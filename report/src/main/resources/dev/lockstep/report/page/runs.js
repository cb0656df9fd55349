const isTrained = side => Number.isFinite(num(side.testAccuracy));

/** Whether each side drew for itself: the seeds together are judged then, and no run alone. */
const drewApart = run => run.verdict === 'NOTHING_COMPARED' && !run.coverage.steps && !run.undecided.length;

function runsTable(part) {
  part.append(scroll('All runs', table('All runs',
    ['run', 'seed', 'verdict', ...sides.flatMap(s => ['loss, ' + s, 'test ' + score + ', ' + s]), 'first divergence'],
    summary.runs.map(run => [
      run.path ? el('a', {href: './' + encodeURI(run.path) + '/report.html'}, titleOf(run)) : titleOf(run),
      String(run.seed), drewApart(run) ? '–' : badge(run.verdict),
      ...run.implementations.flatMap(side => [isTrained(side) ? num(side.trainLoss) : '–', scoreOf(side.testAccuracy)]),
      run.firstDivergence ? 'step ' + count(run.firstDivergence.step) + ', ' + run.firstDivergence.phase + ', ' + run.firstDivergence.tensor : '–',
    ]))));
  const told = new Set();
  const cards = summary.runs.flatMap((run, i) => !view.attributions[i].length || told.has(titleOf(run)) ? [] : told.add(titleOf(run)) && [attribution(run, view.attributions[i])]);
  part.append(el('div', {class: 'screen'}, cards));
}

function seeds(part) {
  for (const statistics of summary.statistics) {
    const title = statistics.variant ? statistics.experiment + '/' + statistics.variant : statistics.experiment;
    if (many) part.append(el('h3', {}, title));
    for (const measure of statistics.measures) {
      const values = measure.values;
      part.append(el('p', {}, el('b', {}, measure.name + ': ' + measure.words[0])),
        el('ul', {}, measure.words.slice(1).map(words => el('li', {}, words))),
        el('details', {}, el('summary', {}, 'The values of every seed'), scroll(measure.name, table(measure.name + ' of every seed',
          ['seed', ...sides, 'difference'], statistics.seeds.map((seed, i) => [String(seed), num(values.reference.values[i]), num(values.candidate.values[i]), num(values.differences[i])])))));
    }
  }
  part.append(el('p', {class: 'quiet'}, summary.statistics[0].condition));
}
