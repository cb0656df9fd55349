// Asks a page that is open: is everything drawn, as wide as its box, does the drawing say what its table says, can a
// keyboard reach it? Evaluated in the page by the tests; what it returns is the answer.
(() => {
  const {frames} = globalThis.lockstep;

  /** Reads a table back from the page: what stands there, not what was meant to. */
  const cells = figure => [...figure.querySelectorAll('.table-behind tbody tr')].map(row => [...row.children].map(cell =>
    cell.hasAttribute('data-value') ? Number(cell.getAttribute('data-value')) : cell.textContent));

  /** Labels that run into each other or out of their chart. */
  function collisions(frame) {
    const labels = [...frame.plot.querySelectorAll('text')].filter(t => t.textContent)
      .map(t => ({text: t.textContent, box: t.getBoundingClientRect(), room: t.ownerSVGElement.getBoundingClientRect()}));
    const found = labels.filter(({box, room}) => !box.width || box.left < room.left - 1 || box.right > room.right + 1 || box.top < room.top - 1 || box.bottom > room.bottom + 1)
      .map(l => 'cut: ' + l.text);
    for (const t of frame.plot.querySelectorAll('[clip-path] text')) {
      const clip = document.getElementById(t.closest('[clip-path]').getAttribute('clip-path').slice(5, -1)).firstElementChild;
      const top = t.ownerSVGElement.getBoundingClientRect().top + Number(clip.getAttribute('y'));
      const box = t.getBoundingClientRect();
      if (box.top < top - 2 || box.bottom > top + Number(clip.getAttribute('height')) + 2) found.push('clipped: ' + t.textContent);
    }
    labels.forEach((a, i) => labels.slice(i + 1).forEach(b => {
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (across > 1 && down > 3) found.push('overlap: ' + a.text + ' | ' + b.text);
    }));
    return found;
  }

  /** Drawings that are not as wide as their box, or were drawn for another width and then shrunk. */
  function misfits(frame) {
    const found = [];
    for (const svg of frame.plot.querySelectorAll('svg')) {
      if (svg.closest('.tip')) continue;
      const width = svg.getBoundingClientRect().width;
      const room = frame.plot.clientWidth;
      const grown = svg.closest('.grow') !== null;
      if (Math.abs(width - svg.viewBox.baseVal.width) > 1) found.push('drawn for ' + svg.viewBox.baseVal.width + ', shown at ' + width);
      if (grown ? width < room - 1 : Math.abs(width - room) > 1) found.push(width + ' wide in a box of ' + room);
    }
    return found;
  }

  /** Asks a chart for its data by keyboard alone, and looks whether the tip is whole. */
  function silence(frame) {
    const chart = frame.plot.querySelector('svg[tabindex="0"], canvas[tabindex="0"]');
    if (!chart) return ['no keyboard reaches it'];
    if (chart.tagName === 'CANVAS') return chart.getAttribute('aria-label') ? [] : ['no label'];
    const found = [];
    chart.focus();
    for (const key of ['Home', 'ArrowRight', 'End']) {
      chart.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
      const spoken = frame.live.textContent;
      if (!spoken || spoken.split(';').length < 2) found.push(key + ' says: ' + spoken);
      const tip = frame.tip.getBoundingClientRect();
      if (tip.width && (tip.left < 0 || tip.right > document.documentElement.clientWidth + 1)) found.push('tip cut off after ' + key);
    }
    chart.blur();
    if (document.activeElement === chart) found.push('keeps the focus');
    return found;
  }

  const of = (frame, problems) => problems.map(problem => frame.title + ': ' + problem);
  const wrong = () => frames.flatMap(f => of(f, f.verify(cells(f.figure))));
  const tables = [...document.querySelectorAll('.scroll')].filter(box => box.clientWidth);
  const report = {
    charts: frames.length,
    marks: frames.reduce((sum, f) => sum + f.marks, 0),
    empty: frames.filter(f => !f.width || !f.marks || !cells(f.figure).length).map(f => f.title),
    misfits: frames.flatMap(f => of(f, misfits(f))),
    wrong: wrong(),
    collisions: frames.flatMap(f => of(f, collisions(f))),
    silent: frames.flatMap(f => of(f, silence(f))),
    unsaid: tables.filter(box => box.classList.contains('wider') !== box.scrollWidth > box.clientWidth + 1).map(box => box.getAttribute('aria-label')),
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    resources: performance.getEntriesByType('resource').length,
  };
  frames.forEach(f => { f.zoom(3); f.zoom(0); });
  report.wrong.push(...wrong().map(w => 'after zooming, ' + w));
  // Charts of one title differ in their run alone: one of them is taken through all its choices.
  for (const f of new Map(frames.map(f => [f.title, f])).values()) {
    for (const select of f.tools.querySelectorAll('select')) {
      for (const option of select.options) {
        select.value = option.value;
        select.dispatchEvent(new Event('change'));
        report.wrong.push(...of(f, f.verify(cells(f.figure))).map(w => option.textContent + ', ' + w));
        report.collisions.push(...of(f, collisions(f)).map(c => option.textContent + ', ' + c));
      }
    }
  }
  return report;
})()
