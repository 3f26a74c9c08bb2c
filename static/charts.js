// Draws each chart from the table beneath it: columns with a data-series, cells with a data-value.
(() => {
  "use strict";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--chart-${name}`).trim();
  const drawn = new Map();

  const read = (table) => {
    const rows = [...table.tBodies[0].rows];
    const heads = [...table.tHead.rows[0].cells];
    return {
      labels: rows.map((row) => row.cells[0].textContent.trim()),
      series: heads.flatMap((head, column) => head.dataset.series ? [{
        label: head.dataset.series,
        name: head.dataset.colour,
        cells: rows.map((row) => row.cells[column]),
      }] : []),
    };
  };

  const dataset = (one, kind) => {
    const tone = colour(one.name || "main");
    return {
      label: one.label,
      data: one.cells.map((cell) => Number(cell.dataset.value)),
      borderColor: tone,
      backgroundColor: kind === "line" ? `${tone}26` : tone,
      borderWidth: kind === "line" ? 2 : 0,
      borderRadius: 3,
      fill: kind === "line",
      tension: 0.25,
      pointRadius: 2,
      pointHitRadius: 12,
      maxBarThickness: 34,
    };
  };

  // The axis is in round figures; what a point is worth is said as the table words it.
  const scale = (currency) => {
    const { maximumFractionDigits } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
    const words = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency, notation: "compact" });
    return (value) => words.format(value / 10 ** maximumFractionDigits);
  };

  // Where labels have little room they stand on two lines, on a phone a word a line, or most would be left out.
  function label(value) {
    const words = this.getLabelForValue(value).split(" ");
    if (this.chart.width < 400) return words;
    if (this.chart.width > 110 * Math.min(this.getLabels().length, 6)) return words.join(" ");
    const half = Math.ceil(words.length / 2);
    return [words.slice(0, half).join(" "), words.slice(half).join(" ")];
  }

  const options = (kind, series, currency) => ({
    animation: false,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { display: series.length > 1, position: "bottom", labels: { color: colour("ink"), boxWidth: 10, boxHeight: 10 } },
      tooltip: { callbacks: { label: (item) => ` ${item.dataset.label}: ${series[item.datasetIndex].cells[item.dataIndex].textContent.trim()}` } },
    },
    scales: {
      x: { stacked: kind === "stack", grid: { display: false }, ticks: { color: colour("ink"), maxRotation: 0, autoSkipPadding: 12, callback: label } },
      y: { stacked: kind === "stack", beginAtZero: true, grid: { color: colour("grid") }, border: { display: false }, ticks: { color: colour("ink"), maxTicksLimit: 5, callback: scale(currency) } },
    },
  });

  const draw = (chart) => {
    const kind = chart.dataset.chart;
    const canvas = chart.querySelector("canvas");
    const { labels, series } = read(chart.querySelector("table"));
    drawn.get(canvas)?.destroy();
    chart.querySelector(".chart-canvas").hidden = false;
    drawn.set(canvas, new Chart(canvas, {
      type: kind === "line" ? "line" : "bar",
      data: { labels, datasets: series.map((one) => dataset(one, kind)) },
      options: options(kind, series, chart.dataset.currency),
    }));
  };

  const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
  drawAll();
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
