const context = firstScreen();
if (view.search) {
  figures(section(context, 'figures', 'The search'), view.search.figures);
  trials(section(context, 'trials', 'Trials'), view.search);
}
sections(context);
const folded = [];
if (summary) ofRuns();

function ofRuns() {
  if (!single) runsTable(section(context, 'runs', 'Runs'));
  if (summary.figures.length) figures(section(context, 'figures', 'Figures'), summary.figures);
  if (summary.statistics.length) seeds(section(context, 'seeds', 'Over the seeds'));
  const results = section(context, 'training', view.search ? 'Training of the finalist' : summary.variants.some(v => v.loss.length) ? 'Training' : 'The figure');
  const lazy = summary.variants.length > 4;
  for (const variant of summary.variants) {
    let parent = results;
    if (many) {
      parent = el('details', {class: 'variant'}, el('summary', {}, variantTitle(variant) + ' ', summary.runs.some(run => titleOf(run) === variantTitle(variant) && drewApart(run)) ? '' : badge(variant.verdict)));
      if (!lazy) parent.open = true;
      results.append(parent);
    }
    let filled = false;
    const fill = () => {
      if (filled) return;
      filled = true;
      const charts = el('div', {class: 'charts'});
      parent.append(charts);
      if (!variant.loss.length) { figures(parent, variant.figures); return; }
      network(charts, variant);
      learning(charts, variant);
      solo(charts, variant);
      const differences = el('div', {class: 'charts'});
      parent.append(differences);
      heat(differences, variant);
      drift(differences, variant);
      if (differences.children.length) differences.before(el('h3', {}, 'Differences over the steps'));
      if (figuresBelow(variant).length) parent.append(el('h3', {}, 'Figures'));
      figures(parent, figuresBelow(variant));
    };
    if (!many || parent.open) fill();
    else {
      folded.push({parent, fill});
      parent.addEventListener('toggle', () => { if (parent.open) fill(); });
    }
  }
  coverage(section(context, 'coverage', 'Coverage'));
  configuration(section(context, 'configuration', 'Configuration'));
  speed(section(context, 'speed', 'Speed'));
}
if (view.verdicts) verdicts(section(context, 'verdicts', 'Verdicts'));

/** Paper has a width of its own: everything is unfolded and drawn for it, and drawn for the window again afterwards. */
function printing(on) {
  if (on) for (const {parent, fill} of folded) { parent.open = true; fill(); }
  document.documentElement.classList.toggle('printing', on);
  redraw();
}
addEventListener('beforeprint', () => printing(true));
addEventListener('afterprint', () => printing(false));

// While a run lasts, the server that the page comes from says when there is a newer one.
if (document.body.dataset.live) {
  const events = new EventSource('/events?seen=' + document.body.dataset.live);
  const silent = el('p', {class: 'notice', role: 'status'}, 'The run no longer answers: it has ended or was stopped. What stands here is the last that it told.');
  events.onmessage = () => location.reload();
  events.onerror = () => { document.querySelector('main').prepend(silent); };
  events.onopen = () => silent.remove();
}

// What a test asks a page that is open.
globalThis.lockstep = {frames, show, brief, percent, count, scale, ticks, el, table, sortable, floorColour, worstOf, ratioOf, blocksOf, spanOf, errorsNote, mapNote, perSecond, commandLine};
