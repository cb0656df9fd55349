const scored = value => value === null ? '–' : percent(value);
const rounded = text => text !== '' && Number.isFinite(Number(text)) ? num(text) : text;

function ranking(search) {
  const a = search.agreement;
  const shares = search.importance.map(i => [i.key, i.share === null ? 'too few trials' : num(i.share)]);
  return el('section', {class: 'card'}, el('h2', {}, 'Do both sides rank alike?'),
    a && el('p', {}, search.correlations + '; ' + a.shared + ' of the best ' + a.best + ' shared, ' + a.identical + ' of ' + a.trials + ' scores identical.'),
    shares.length ? [el('h3', {}, 'Importance'), scroll('Importance', table('Importance', ['hyperparameter', 'share'], shares)),
      el('p', {class: 'quiet'}, 'The share of the variance of the scores’ ranks that a hyperparameter explains by itself (η² of Kruskal and Wallis).')] : null,
    el('p', {class: 'quiet'}, 'Why the search ended: ' + search.ending + '.'));
}

function finalist(search) {
  const best = search.trials[search.best - 1];
  return el('section', {class: 'card'}, el('h2', {}, 'The finalist: trial ' + best.number),
    scroll('The finalist', table('Its values', ['hyperparameter', 'value'], search.keys.map(key => [key, rounded(best.values[key])]))),
    el('p', {}, 'To train it again:'), commandLine(best.command),
    el('p', {}, el('a', {href: './finalist/report.html'}, 'Its own report')));
}

function trials(part, search) {
  part.append(scroll('Trials', table('Trials', ['trial', 'state', 'score, ' + sides[0], 'score, ' + sides[1], ...search.keys, 'seconds', 'to train it again'],
    search.trials.map(t => [String(t.number), el('span', {class: 'badge ' + (t.state === 'FAILED' ? 'bad' : 'good')}, t.state.toLowerCase()),
      scored(t.referenceScore), scored(t.candidateScore), ...search.keys.map(key => rounded(t.values[key] ?? '–')), num(t.seconds),
      el('details', {}, el('summary', {}, t.reason ? 'why, and how' : 'how'), t.reason ? el('p', {}, t.reason) : null, commandLine(t.command))]))));
  if (search.disagreements.length) {
    part.append(el('h3', {}, 'Where the sides disagree'), scroll('Disagreements', table('Disagreements',
      ['trial', 'score, ' + sides[0], 'score, ' + sides[1], 'samples classified differently', 'why'],
      search.disagreements.map(d => [String(d.trial), percent(d.referenceScore), percent(d.candidateScore), count(d.classifiedDifferently), d.why]))));
  }
}
