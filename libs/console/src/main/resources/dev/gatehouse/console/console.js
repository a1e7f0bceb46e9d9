// The live plots of the overview: asks the console's one JSON page, and draws lines as SVG. Everything else works without this script.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 400, HEIGHT = 150, LEFT = 44, RIGHT = 6, TOP = 8, BOTTOM = 18;
  const box = document.getElementById("plots");
  if (!box) {
    return;
  }
  const note = document.getElementById("plots-note");
  const picker = document.getElementById("fleet");

  const number = value => value === null ? "–"
    : value >= 100 ? String(Math.round(value)) : value.toFixed(value >= 10 ? 1 : 2).replace(/\.?0+$/, "");
  const element = (name, attributes, parent) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
      made.setAttribute(key, value);
    }
    parent.append(made);
    return made;
  };
  /** The least of 1, 2, 5, 10, 20 … that is not below the value. */
  const ceiling = value => {
    const power = Math.pow(10, Math.floor(Math.log10(value)));
    return [1, 2, 5, 10].map(each => each * power).find(each => each >= value - 1e-9) || 10 * power;
  };

  class Plot {
    /** series: [{name, mark, of}], where of(row) is the value of a row of the answer, or null. */
    constructor(title, unit, series) {
      this.unit = unit;
      this.series = series;
      this.rows = [];
      this.at = null;
      const figure = document.createElement("figure");
      figure.className = "plot";
      const caption = document.createElement("figcaption");
      const name = document.createElement("span");
      name.textContent = title;
      this.legend = document.createElement("span");
      this.legend.className = "legend";
      caption.append(name, this.legend);
      this.svg = document.createElementNS(SVG, "svg");
      this.svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
      this.svg.setAttribute("preserveAspectRatio", "none");
      this.svg.setAttribute("role", "img");
      this.svg.setAttribute("aria-label", title);
      figure.append(caption, this.svg);
      box.append(figure);
      this.svg.addEventListener("pointermove", event => this.point(event));
      this.svg.addEventListener("pointerleave", () => this.point(null));
    }

    point(event) {
      if (event === null) {
        this.at = null;
      } else {
        const bounds = this.svg.getBoundingClientRect();
        const width = bounds.width - LEFT - RIGHT;
        this.at = Math.min(1, Math.max(0, (event.clientX - bounds.left - LEFT) / width));
      }
      this.draw();
    }

    show(rows, span) {
      this.rows = rows;
      this.span = span;
      this.draw();
    }

    draw() {
      const rows = this.rows, svg = this.svg;
      // One unit is one pixel, so that text keeps its shape.
      const width = Math.max(160, svg.clientWidth || WIDTH);
      svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
      svg.replaceChildren();
      const end = rows.length ? rows[rows.length - 1][0] : Date.now();
      const begin = end - this.span;
      const top = ceiling(Math.max(1, ...rows.flatMap(row => this.series.map(each => each.of(row) ?? 0))));
      const x = time => LEFT + (time - begin) / this.span * (width - LEFT - RIGHT);
      const y = value => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
      for (const part of [0, 0.5, 1]) {
        element("line", {class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(top * part), y2: y(top * part)}, svg);
        element("text", {class: "scale", x: LEFT - 6, y: y(top * part) + 4, "text-anchor": "end"}, svg).textContent = number(top * part);
      }
      element("text", {class: "scale", x: LEFT, y: HEIGHT - 4}, svg).textContent = `${Math.round(this.span / 60000)} min ago`;
      element("text", {class: "scale", x: width - RIGHT, y: HEIGHT - 4, "text-anchor": "end"}, svg).textContent = "now";
      for (const each of this.series) {
        let path = "", pen = "M";
        for (const row of rows) {
          const value = each.of(row);
          if (value === null || row[0] < begin) {
            pen = "M";
            continue;
          }
          path += `${pen}${x(row[0]).toFixed(1)} ${y(value).toFixed(1)}`;
          pen = "L";
        }
        if (path) {
          element("path", {class: each.mark, d: path}, svg);
        }
      }
      let shown = rows.length ? rows[rows.length - 1] : null;
      if (this.at !== null && rows.length) {
        const time = begin + this.at * this.span;
        shown = rows.reduce((best, row) => Math.abs(row[0] - time) < Math.abs(best[0] - time) ? row : best);
        element("line", {class: "cursor", x1: x(shown[0]), x2: x(shown[0]), y1: TOP, y2: HEIGHT - BOTTOM}, svg);
      }
      const words = this.series.map(each => {
        const entry = document.createElement("span");
        entry.className = each.mark;
        entry.textContent = `${each.name} ${shown ? number(each.of(shown)) : "–"}`;
        return entry;
      });
      const when = document.createTextNode(this.at !== null && shown ? new Date(shown[0]).toLocaleTimeString() + " · " : "");
      this.legend.replaceChildren(when, ...words, document.createTextNode(this.unit));
      svg.setAttribute("aria-label", this.legend.textContent);
    }
  }

  const plots = [
    new Plot("Rate", "requests/s", [{name: "all", mark: "a", of: row => row[1]}]),
    new Plot("Errors", "requests/s", [{name: "5xx", mark: "c", of: row => row[3]}, {name: "4xx", mark: "b", of: row => row[2]}]),
    new Plot("Latency", "ms", [
      {name: "p99", mark: "c", of: row => row[6]}, {name: "p95", mark: "b", of: row => row[5]}, {name: "p50", mark: "a", of: row => row[4]}]),
  ];

  let interval = 2000;
  const ask = async () => {
    if (document.hidden) {
      return;
    }
    try {
      const fleet = picker.value;
      const answer = await fetch(box.dataset.source + (fleet ? "?fleet=" + encodeURIComponent(fleet) : ""));
      if (!answer.ok) {
        throw new Error("the console answers " + answer.status);
      }
      const live = await answer.json();
      interval = live.intervalMillis;
      if (live.fleets.join("\n") !== [...picker.options].slice(1).map(each => each.value).join("\n")) {
        picker.replaceChildren(new Option("all", ""), ...live.fleets.map(each => new Option(each, each, false, each === fleet)));
      }
      box.hidden = false;
      const rows = live.points;
      const age = rows.length ? rows[rows.length - 1][0] - rows[0][0] : 0;
      // As long as it takes to see something: one minute first, ten at most.
      const span = Math.max(60000, Math.min(600000, Math.ceil(age / 60000) * 60000));
      plots.forEach(each => each.show(rows, span));
      note.textContent = rows.length ? "Points are taken every two seconds while this page is open." : "The first point comes in two seconds.";
    } catch (failure) {
      note.textContent = "No new points: " + failure.message + ".";
    }
  };
  const again = async () => {
    await ask();
    setTimeout(again, interval);
  };
  picker.addEventListener("change", ask);
  document.addEventListener("visibilitychange", ask);
  addEventListener("resize", () => plots.forEach(each => each.draw()));
  again();
})();
