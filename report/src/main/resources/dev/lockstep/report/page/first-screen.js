const page = document.getElementById('page');
const good = verdict => ['AGREE', 'DIVERGED_ALIKE', 'EXPLAINED'].includes(verdict);
const badge = verdict => el('span', {class: 'badge ' + (good(verdict) ? 'good' : 'bad')}, (good(verdict) ? '✔ ' : '✖ ') + verdict);
const single = summary.runs.length === 1;
const many = summary.variants.length > 1;
const titleOf = run => run.variant ? run.experiment + '/' + run.variant : run.experiment;
const variantTitle = variant => variant.experiment.variant ? variant.experiment.id + '/' + variant.experiment.variant : variant.experiment.id;
const sides = summary.runs[0].implementations.map(side => side.name);

function firstScreen() {
  const nav = el('nav', {'aria-label': 'Sections'});
  page.append(el('header', {class: 'brand'}, el('b', {}, 'Lockstep'), el('span', {}, sides.join(' and ')), nav));
  const main = el('main', {id: 'main', tabindex: -1});
  page.append(main);
  main.append(el('h1', {}, view.title));
  if (view.search) {
    if (view.search.shows) main.append(el('p', {class: 'quiet'}, view.search.shows));
  } else if (single && summary.variants[0].experiment.shows) {
    const e = summary.variants[0].experiment;
    main.append(el('p', {class: 'quiet'}, (e.chapter ? 'Chapter ' + e.chapter + ': ' : '') + e.shows));
  }
  if (summary.dataset.notice) main.append(el('p', {class: 'notice', role: 'alert'}, '⚠ ' + summary.dataset.notice));
  main.append(el('section', {class: 'verdict ' + (good(view.verdict) ? 'good' : 'bad'), 'aria-label': 'Verdict'},
    el('p', {class: 'word'}, (good(view.verdict) ? '✔ ' : '✖ ') + view.verdict),
    el('p', {class: 'headline'}, view.headline), el('p', {}, view.meaning)));
  const screen = el('div', {class: 'screen'});
  main.append(screen);
  if (view.divergence.length) {
    screen.append(el('section', {class: 'card', id: 'divergence'},
      el('h2', {}, 'First divergence' + (single ? '' : ': ' + titleOf(view.failed) + ', seed ' + view.failed.seed)),
      list(view.divergence)));
  }
  if (view.search) screen.append(ranking(view.search), finalist(view.search));
  if (single && view.attributions[0].length) screen.append(attribution(summary.runs[0], view.attributions[0]));
  if (single && summary.variants[0].loss.length) screen.append(bothSides(summary.runs[0], view.solos[0]));
  screen.append(el('section', {class: 'card'}, el('h2', {}, 'To repeat it'), el('code', {class: 'command'}, view.search ? view.search.command : summary.command),
    summary.dataset.train > 0 ? el('p', {class: 'quiet'}, 'Data: ' + summary.dataset.name + ', ' + count(summary.dataset.train) + ' images to train on, ' + count(summary.dataset.test) + ' to test.') : null));
  return {main, nav};
}

const list = lines => el('ul', {class: 'lines'}, lines.map(line => el('li', {class: line.startsWith('  ') ? 'inner' : null}, line.trim())));
const attribution = (run, lines) => el('section', {class: 'card'}, el('h2', {}, 'What explains ' + (single ? 'it' : titleOf(run))), list(lines));

function bothSides(run, solo) {
  return el('section', {class: 'card'}, el('h2', {}, view.search ? 'The finalist on both sides' : 'Both sides'),
    scroll('Both sides', table('Both sides', ['', ...run.implementations.map(side => side.name)], [
      ['loss of the last batch', ...run.implementations.map(side => num(side.trainLoss))],
      ['accuracy on training images', ...run.implementations.map(side => percent(side.trainAccuracy))],
      ['accuracy on test images', ...run.implementations.map(side => percent(side.testAccuracy))],
    ])), solo ? el('p', {}, solo + '.') : null);
}

function section(context, id, title) {
  const part = el('section', {id, 'aria-labelledby': id + '-title'}, el('h2', {id: id + '-title'}, title));
  context.main.append(part);
  context.nav.append(el('a', {href: '#' + id}, title));
  return part;
}
