// Sorts the table by a click on a heading; numbers by their value, the rest by their text.
(() => {
  const table = document.getElementById("runs");
  const heads = [...table.querySelectorAll("th")];
  const body = table.tBodies[0];
  const value = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const descends = head.getAttribute("aria-sort") === "ascending";
    heads.forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", descends ? "descending" : "ascending");
    const rows = [...body.rows].sort((left, right) => {
      const [a, b] = [value(left, column), value(right, column)];
      const [x, y] = [Number(a), Number(b)];
      const order = Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
      return descends ? -order : order;
    });
    body.append(...rows);
  }));
})();
