/** What a feature shows of itself: text, tables, pictures, commands. */
const blocks = {
  Text: block => el('p', {}, block.text),
  Rows(block) {
    const body = table(block.caption, block.head, block.rows.map(row => row.cells.map(cell =>
      cell.verdict ? badge(cell.verdict) : cell.link ? el('a', {href: './' + encodeURI(cell.link)}, cell.text) : cell.number !== null ? num(cell.number) : cell.text)),
    (row, i) => block.rows[i].marked ? 'differs' : null);
    if (block.sortable) sortable(body, block);
    return el('div', {}, el('h3', {}, block.caption), block.sortable ? filter(body) : null, scroll(block.caption, body));
  },
};

function sections(context) {
  for (const part of view.sections || []) {
    const parent = section(context, part.id, part.title);
    for (const block of part.blocks) {
      if (block.type === 'Pictures') figures(parent, block.figures);
      else parent.append(blocks[block.type](block));
    }
  }
}

/** Headings that sort by their column, up and then down. */
function sortable(body) {
  const heads = [...body.querySelectorAll('thead th')];
  heads.forEach((head, column) => {
    const button = el('button', {type: 'button', class: 'sort'}, head.textContent);
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending';
      heads.forEach(h => h.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const key = row => {
        const cell = row.children[column];
        const number = Number((cell.getAttribute('data-value') ?? cell.textContent).replace(/,/g, ''));
        return cell.textContent && !Number.isNaN(number) ? number : cell.textContent;
      };
      // numbers first, then words: the two cannot be compared with each other
      const order = (a, b) => d3.ascending(typeof a === 'string', typeof b === 'string') || d3.ascending(a, b);
      const rows = [...body.tBodies[0].rows].sort((a, b) => order(key(a), key(b)) * (up ? 1 : -1));
      body.tBodies[0].append(...rows);
    });
  });
}

/** A box whose words every shown row must hold. */
function filter(body) {
  const box = el('input', {type: 'search', placeholder: 'Show only rows with …', 'aria-label': 'Show only rows with these words'});
  const live = el('span', {role: 'status', class: 'quiet'});
  box.addEventListener('input', () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...body.tBodies[0].rows];
    for (const row of rows) row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word));
    live.textContent = rows.filter(row => !row.hidden).length + ' of ' + rows.length + ' rows';
  });
  return el('p', {class: 'filter'}, box, ' ', live);
}
