// Two tables beside each other: what belongs together is as high and as wide, and both scroll as
// one. On a phone they stand below each other and are left alone.

/** Give what stands in the same place of both tables the same size. */
function level(left, right, property, size) {
  left.forEach((one, place) => {
    const other = right[place];
    if (!other) return;
    const sizes = [one, other].map((cell) => cell.getBoundingClientRect()[size]);
    const largest = `${Math.ceil(Math.max(...sizes))}px`;
    one.style[property] = largest;
    other.style[property] = largest;
  });
}

/** Make one pair of tables follow each other; without scripts only the sizes differ. */
export function together(pair, narrow) {
  const boxes = [...pair.querySelectorAll('.dt-box')];
  if (boxes.length < 2) return;
  const rows = boxes.map((box) => [...box.querySelectorAll('tr')]);
  const heads = boxes.map((box) => [...box.querySelectorAll('thead th')]);
  const fit = () => {
    for (const row of rows.flat()) row.style.height = '';
    for (const head of heads.flat()) head.style.minWidth = '';
    if (narrow.matches) return;
    // Columns that only one side has leave the others without a partner.
    if (heads[0].length === heads[1].length) level(...heads, 'minWidth', 'width');
    level(...rows, 'height', 'height');
  };
  const watcher = new ResizeObserver(fit);
  for (const table of pair.querySelectorAll('.dt')) watcher.observe(table);
  watcher.observe(pair);
  for (const [box, other] of [boxes, [boxes[1], boxes[0]]]) {
    box.addEventListener('scroll', () => {
      if (!narrow.matches) other.scrollTo(box.scrollLeft, box.scrollTop);
    });
  }
}
