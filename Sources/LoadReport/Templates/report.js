// Shows what every chart says of the second under the pointer. The report is complete without it.
(() => {
  const readings = JSON.parse(document.getElementById("readings").textContent);
  const charts = [...document.querySelectorAll("svg.time")];
  const lines = charts.map(chart => chart.querySelector(".cross"));
  const texts = charts.map(chart => chart.parentNode.querySelector(".now"));
  const clock = document.getElementById("clock");
  const show = event => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * 960;
    let best = readings[0];
    for (const reading of readings) if (Math.abs(reading[0] - x) < Math.abs(best[0] - x)) best = reading;
    lines.forEach(line => { line.setAttribute("x1", best[0]); line.setAttribute("x2", best[0]); line.classList.add("on"); });
    texts.forEach((text, index) => { text.textContent = best[index + 2]; });
    clock.textContent = best[1];
  };
  charts.forEach(chart => chart.addEventListener("pointermove", show));
})();
