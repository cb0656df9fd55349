const DASHES = ['', '7 4', '2 3', '10 3 2 3', '5 2', '1 4', '12 4', '4 2 1 2'];
const colour = i => 'var(--c' + (i % 8) + ')';
const frames = [];
let ids = 0;

/** A sample of a line, for legends and tips. */
function swatch(series) {
  const svg = d3.create('svg').attr('viewBox', '0 0 26 10').attr('aria-hidden', 'true');
  svg.append('line').attr('x1', 0).attr('x2', 26).attr('y1', 5).attr('y2', 5)
    .attr('stroke', series.colour).attr('stroke-width', series.width || 2).attr('stroke-dasharray', series.dash);
  return svg.node();
}

/** Draws whatever has another width than its drawing: after layout, so that every box has its final width. */
function redraw() {
  for (const frame of frames) if (frame.plot.clientWidth && frame.plot.clientWidth !== frame.width) frame.draw();
  for (const box of document.querySelectorAll('.scroll')) {
    box.classList.toggle('wider', box.scrollWidth > box.clientWidth + 1);
  }
}
let asked = 0;
const observer = new ResizeObserver(() => { asked = asked || requestAnimationFrame(() => { asked = 0; redraw(); }); });

/**
 * Adds a chart with heading, tools, tip, and its table. It is drawn once the page has a layout, and
 * whenever its box changes its width.
 *
 * make(state) returns {rows, head, draw(self, width) -> {marks, verify(cells)}}; controls are drop-down lists that
 * change the state and draw anew.
 */
function frame(parent, {title, note, wide, controls = [], zooming = true}, make) {
  const id = 'chart' + (++ids);
  const figure = el('figure', {class: 'chart' + (wide ? ' wide' : ''), id, 'aria-labelledby': id + '-title'});
  const caption = el('figcaption', {id: id + '-title'}, title, note ? el('small', {}, note) : null);
  const tools = el('div', {class: 'tools'});
  const legend = el('div', {class: 'legend', role: 'group', 'aria-label': 'Legend of ' + title});
  const plot = el('div', {class: 'plot-frame'});
  const tip = el('div', {class: 'tip', hidden: ''});
  const live = el('div', {class: 'live', role: 'status'});
  const numbers = el('details', {class: 'table-behind'}, el('summary', {}, 'The numbers as a table'));
  figure.append(caption, tools, legend, plot, live, numbers);
  parent.append(figure);

  const self = {id, title, figure, plot, legend, tip, live, tools, state: {hidden: new Set()}, marks: 0, zoom: () => {}};
  for (const control of controls) {
    self.state[control.key] = control.options[0].value;
    if (control.options.length < 2) continue;
    const select = el('select', {'aria-label': control.label + ', ' + title},
      control.options.map(o => el('option', {value: o.value}, o.name)));
    select.addEventListener('change', () => {
      self.state[control.key] = select.value;
      self.state.hidden.clear();
      self.draw();
    });
    tools.append(el('label', {}, control.label, select));
  }
  if (zooming) {
    const zooms = el('span', {class: 'zooms', role: 'group', 'aria-label': 'Zoom of ' + title});
    tools.append(zooms);
    for (const [name, label, factor] of [['+', 'Zoom in', 2], ['−', 'Zoom out', .5], ['Whole', 'Show the whole chart', 0]]) {
      const button = el('button', {type: 'button', title: label, 'aria-label': label + ', ' + title}, name);
      button.addEventListener('click', () => self.zoom(factor));
      zooms.append(button);
    }
  }
  self.draw = () => {
    self.width = plot.clientWidth;
    plot.replaceChildren(tip);
    tip.hidden = true;
    const spec = make(self.state);
    const drawn = spec.draw(self, self.width);
    self.marks = drawn.marks;
    self.verify = drawn.verify;
    numbers.replaceChildren(numbers.firstChild,
      scroll('Numbers of ' + title, table('Numbers of ' + title, spec.head, spec.rows)));
  };
  self.tell = (at, y, lines) => {
    tip.replaceChildren(...lines.map(line => el('div', {}, line)));
    tip.hidden = false;
    const grown = plot.querySelector('.grow');
    if (grown && (at < grown.scrollLeft || at > grown.scrollLeft + self.width)) grown.scrollLeft = at - self.width / 2;
    const x = at - (grown ? grown.scrollLeft : 0);
    const right = x > self.width / 2;
    tip.style.left = right ? '' : x + 14 + 'px';
    tip.style.right = right ? self.width - x + 14 + 'px' : '';
    tip.style.top = Math.max(0, y) + 'px';
  };
  self.quiet = () => { tip.hidden = true; };
  frames.push(self);
  observer.observe(plot);
  return self;
}

/** Takes the charts of a part of the page away. */
function clear(part) {
  for (const gone of frames.filter(f => part.contains(f.figure))) {
    observer.unobserve(gone.plot);
    frames.splice(frames.indexOf(gone), 1);
  }
  part.replaceChildren();
}
