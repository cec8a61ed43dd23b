// Two tables beside each other: what belongs together stands at the same height, and both scroll
// as one. On a phone they stand below each other and are left alone.

/** Make one pair of tables follow each other; without scripts only the heights differ. */
export function together(pair, narrow) {
  const boxes = [...pair.querySelectorAll('.dt-box')];
  if (boxes.length < 2) return;
  const [left, right] = boxes.map((box) => [...box.querySelectorAll('tr')]);
  const fit = () => {
    for (const row of [...left, ...right]) row.style.height = '';
    if (narrow.matches) return;
    const heights = left.map((row, place) => Math.max(row.offsetHeight, right[place]?.offsetHeight ?? 0));
    heights.forEach((height, place) => {
      for (const row of [left[place], right[place]]) if (row) row.style.height = `${height}px`;
    });
  };
  new ResizeObserver(fit).observe(pair.parentElement);
  for (const [box, other] of [boxes, [boxes[1], boxes[0]]]) {
    box.addEventListener('scroll', () => {
      if (!narrow.matches) other.scrollTo(box.scrollLeft, box.scrollTop);
    });
  }
}
