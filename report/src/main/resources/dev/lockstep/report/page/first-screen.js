const page = document.getElementById('page');
const good = verdict => ['AGREE', 'DIVERGED_ALIKE', 'EXPLAINED'].includes(verdict);
/** What speaks for the candidate, against it, or neither. */
const standing = verdict => good(verdict) ? 'good' : verdict === 'DIFFER' ? 'bad' : 'open';
const SIGN = {good: '✔ ', bad: '✖ ', open: '? '};
const badge = verdict => el('span', {class: 'badge ' + standing(verdict)}, SIGN[standing(verdict)] + verdict);
const runs = summary ? summary.runs : [];
const single = runs.length === 1;
const many = summary && summary.variants.length > 1;
const titleOf = run => run.variant ? run.experiment + '/' + run.variant : run.experiment;
const variantTitle = variant => titleOf({experiment: variant.experiment.id, variant: variant.experiment.variant});
const runsOf = variant => runs.filter(r => r.experiment === variant.experiment.id && r.variant === variant.experiment.variant);
/** What is told of how well a side learned: R² where numbers are predicted. */
const score = summary && summary.dataset.task === 'regression' ? 'R²' : 'accuracy';
const scoreOf = value => score === 'R²' ? show(value) : percent(value);
const sides = runs.length ? runs[0].implementations.map(side => side.name) : [];

/** The verdict, one sentence of cause, where it is, and what to type next: what a reader needs before anything else. */
function firstScreen() {
  const nav = el('nav', {'aria-label': 'Sections'});
  page.append(el('header', {class: 'brand'}, el('b', {}, 'Lockstep'), el('span', {}, sides.join(' and ')), nav));
  const main = el('main', {id: 'main', tabindex: -1});
  page.append(main);
  main.append(el('h1', {}, view.title));
  const e = single ? summary.variants[0].experiment : null;
  const shows = view.search ? view.search.shows : e && e.shows ? (e.chapter ? 'Chapter ' + e.chapter + ': ' : '') + e.shows : '';
  if (shows) main.append(el('p', {class: 'quiet'}, shows));
  if (summary && summary.dataset.notice) main.append(notice(summary.dataset.notice));
  const stands = document.body.dataset.live ? 'open' : view.verdict ? standing(view.verdict) : view.good ? 'good' : 'bad';
  main.append(el('section', {class: 'verdict ' + stands, 'aria-label': 'Verdict'},
    el('p', {class: 'word'}, SIGN[stands] + (view.word ?? view.verdict)),
    el('p', {class: 'headline'}, view.headline), view.cause ? el('p', {class: 'cause'}, view.cause) : null, el('p', {}, view.meaning),
    view.verdicts ? el('p', {class: 'quiet'}, el('a', {href: '#verdicts'}, 'What the verdicts mean')) : null));
  const screen = el('div', {class: 'screen'});
  main.append(screen);
  if (view.where && view.where.length) {
    screen.append(el('section', {class: 'card', id: 'divergence'},
      el('h2', {}, 'Where: the first divergence' + (single ? '' : ' of ' + titleOf(view.failed) + ', seed ' + view.failed.seed)),
      facts(view.where), el('details', {}, el('summary', {}, 'Everything that is known of it'), list(view.divergence))));
  }
  if (view.next.length) screen.append(el('section', {class: 'card', id: 'next'}, el('h2', {}, 'What to type next'),
    view.next.map(n => [el('p', {}, n.why), commandLine(n.command)]), summary && summary.dataset.train > 0 ? el('p', {class: 'quiet'}, dataOf()) : null));
  if (view.search) screen.append(ranking(view.search), finalist(view.search));
  if (single && view.attributions[0].length) screen.append(attribution(runs[0], view.attributions[0]));
  if (single && summary.variants[0].loss.length) screen.append(bothSides(runs[0], view.solos[0]));
  return {main, nav};
}

/** One line; the rest of a long notice is folded. */
function notice(text) {
  const end = text.search(/[.:;](\s|$)/) + 1;
  return el('div', {class: 'notice', role: 'alert'}, end && end < text.length
    ? el('details', {}, el('summary', {}, '⚠ ' + text.slice(0, end).replace(/[:;]$/, '')), el('p', {}, text)) : '⚠ ' + text);
}

/** The samples of a run; experiments on one page may each take their own. */
function dataOf() {
  const name = 'Data: ' + summary.dataset.name;
  return new Set(runs.map(run => run.experiment)).size > 1 ? name + '; each experiment takes its own share.'
    : name + ', ' + count(summary.dataset.train) + ' samples to train on, ' + count(summary.dataset.test) + ' to test.';
}

/** Broken between its words alone where it is too long for its box. */
const commandLine = command => el('code', {class: 'command'}, command.split(' ').flatMap((word, i) => [i ? ' ' : null, el('span', {}, word)]));

const facts = rows => el('dl', {class: 'facts'}, rows.map(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
const list = lines => el('ul', {class: 'lines'}, lines.map(line => el('li', {class: line.startsWith('  ') ? 'inner' : null}, line.trim())));

/** The conventions that explain a run: each with the formulas of all three, and what it changed here. */
function attribution(run, lines) {
  const {explanation, ownEffects, formulas} = run.attribution;
  const title = 'What explains ' + (single ? 'it' : titleOf(run));
  if (!explanation || !explanation.length) return el('section', {class: 'card'}, el('h2', {}, title), list(lines));
  const others = Object.keys(ownEffects).filter(id => !explanation.includes(id));
  return el('section', {class: 'card wide', id: single ? 'explanation' : null}, el('h2', {}, title), el('p', {}, lines[0]),
    el('div', {class: 'conventions'}, explanation.map(id => el('div', {}, el('h3', {}, id + (formulas[id] ? ', ' + formulas[id].topic : '')), facts([
      ...(formulas[id] ? [['the book', formulas[id].book], ['Deeplearning4j', formulas[id].dl4j], ['PyTorch', formulas[id].pytorch ?? '–']] : []),
      ['by itself, here', id in ownEffects ? 'up to ' + show(ownEffects[id]) + ' × the noise floor' : 'not measured'],
    ])))),
    el('p', {class: 'quiet'}, lines[1] + '.'),
    others.length ? el('details', {}, el('summary', {}, 'Other conventions of this network'), facts(others.map(id => [id, 'by itself up to ' + show(ownEffects[id]) + ' × the noise floor']))) : null,
    el('p', {class: 'quiet'}, 'Every convention, with the formulas of the book, Deeplearning4j and PyTorch: docs/conventions.md, or ', el('code', {}, './lockstep list conventions')));
}

function bothSides(run, solo) {
  return el('section', {class: 'card'}, el('h2', {}, view.search ? 'The finalist on both sides' : 'Both sides'),
    scroll('Both sides', table('Both sides', ['', ...run.implementations.map(side => side.name)], [
      ['loss of the last batch', ...run.implementations.map(side => num(side.trainLoss))],
      [score + ' on training samples', ...run.implementations.map(side => scoreOf(side.trainAccuracy))],
      [score + ' on test samples', ...run.implementations.map(side => scoreOf(side.testAccuracy))],
    ])), solo ? el('p', {}, solo + '.') : null);
}

function section(context, id, title) {
  const part = el('section', {id, 'aria-labelledby': id + '-title'}, el('h2', {id: id + '-title'}, title));
  context.main.append(part);
  context.nav.append(el('a', {href: '#' + id}, title));
  return part;
}
