"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const bare = (key, value) =>
    value && typeof value === "object" && !Array.isArray(value) ? Object.assign(Object.create(null), value) : value;
  const page = JSON.parse($("page-data").textContent, bare);
  const lang = () => ($("lang-zh").checked ? 0 : 1);
  const FAULT = 1, MISSING = 2, NAMED = 3;
  const [CLASS, PROJECT, AT, OWNER, FILE, ROW, LIMITED, SENTENCE, ZH, EN, EVIDENCE, STEPS, POINTS] =
    [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
  const SHOWN = 50;
  const KINDS = ["nonconforming", "lead", "cited"];

  /* ---- building blocks: text goes in as text, never as markup ---- */
  function el(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== ""));
    return made;
  }
  function svg(name, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }
  function two(pair) {
    if (pair[0] === pair[1]) return [pair[0]];
    return [el("span", { lang: "zh-CN" }, pair[0]), el("span", { lang: "en" }, pair[1])];
  }
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const pair = (key, values = {}) => page.words[key].map((text) => filled(text, values));
  const say = (key, values) => two(pair(key, values));
  const number = (n) => n.toLocaleString("en-US");
  const here = (value) => (Array.isArray(value) ? value[lang()] : value);

  /* ---- folded parts stand as text until they are opened or printed ---- */
  function unfold(within) {
    for (const folded of within.querySelectorAll("noscript.later")) {
      const made = document.createElement("template");
      made.innerHTML = folded.textContent;
      folded.replaceWith(made.content);
    }
  }
  function find(id) {
    const mark = `id="${id}"`;
    for (const folded of $(id) ? [] : document.querySelectorAll("noscript.later")) {
      if (folded.textContent.includes(mark)) unfold(folded.parentElement);
    }
    return $(id);
  }
  document.addEventListener("toggle", (event) => { if (event.target.open) unfold(event.target); }, true);
  window.addEventListener("beforeprint", () => unfold(document));

  /* ---- findings: inflated rule by rule when they are wanted ---- */
  const inflated = new Map();
  async function inflate(id) {
    const text = atob($(`data-${id}`).textContent.trim());
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text(), bare);
  }
  function entry(rule, data, r) {
    const project = page.projects[r[PROJECT]][0];
    const grade = r[CLASS] ? "" : page.grades[`${rule} ${project}`] || page.severity[rule];
    return { rule, data, r, project, grade, id: r[0], status: KINDS[r[CLASS]],
      process: page.rules[rule][0], month: r[AT].slice(0, 7) || "-", owner: r[OWNER] };
  }
  function findings(rule) {
    if (!inflated.has(rule)) {
      inflated.set(rule, inflate(rule).then((data) => data.rows.map((r) => entry(rule, data, r))));
    }
    return inflated.get(rule);
  }
  function sentence(e, at) {
    const words = e.data.sentences[e.r[SENTENCE]][at];
    const values = at && e.r[EN] ? e.r[EN] : e.r[ZH];
    return words.map((text, i) => text + (values[i] ?? "")).join("");
  }
  function searchable(e) {
    e.text ??= [e.rule, e.r[1], e.owner, sentence(e, 0), sentence(e, 1), (page.files[e.r[FILE]] || [])[1],
      ...e.r[POINTS], ...e.r[EVIDENCE].flat()].join("\n").toLowerCase();
    return e.text;
  }

  /* ---- a finding opened: its timeline, its evidence, where it stands ---- */
  function minutes(time) {
    const [day, clock = "0:0"] = time.split(" ");
    const [y, m, d] = day.split("-").map(Number);
    const [h, min, s = 0] = clock.split(":").map(Number);
    return Date.UTC(y, m - 1, d, h, min, s) / 60000;
  }
  function span(total, at) {
    const units = at ? ["d", "h", "min"] : ["天", "小时", "分"];
    const whole = Math.round(total);
    const parts = [Math.floor(whole / 1440), Math.floor((whole % 1440) / 60), whole % 60];
    return parts.map((n, i) => (n ? `${n} ${units[i]}` : "")).filter(Boolean).join(" ") || `0 ${units[2]}`;
  }
  function apart(total, days) {
    const whole = days ? Math.round(total / 1440) * 1440 : total;
    return whole < 1 ? "" : el("span", { class: "muted" }, ` +${days ? "≈" : ""}`, two([span(whole, 0), span(whole, 1)]));
  }
  const last = (times) => times.reverse().find((t) => t !== null);
  /* where each step stands, in per cent: as time runs, but never nearer than `gap` */
  function places(times) {
    const known = times.filter((t) => t !== null);
    const first = Math.min(...known), length = Math.max(...known) - first || 1;
    const at = times.map((t, i) => {
      if (t !== null) return 4 + (92 * (t - first)) / length;
      const before = last(times.slice(0, i)) ?? first;
      const after = times.slice(i + 1).find((x) => x !== null) ?? Math.max(...known);
      return 4 + (92 * ((before + after) / 2 - first)) / length;
    });
    const gap = Math.min(6.5, 92 / Math.max(at.length - 1, 1));
    for (let i = 1; i < at.length; i++) at[i] = Math.max(at[i], at[i - 1] + gap);
    for (let i = at.length - 1, most = 96; i >= 0; i--, most -= gap) at[i] = Math.min(at[i], most);
    return at;
  }
  function mark(x, kind, n) {
    const at = `${x}%`;
    const shapes = {
      [FAULT]: () => svg("svg", { x: at, y: 22, overflow: "visible" }, svg("path", { d: "M-13 0L0-13 13 0 0 13z", class: "m-fault" })),
      [MISSING]: () => svg("circle", { cx: at, cy: 22, r: 10.5, class: "m-missing" }),
      [NAMED]: () => svg("svg", { x: at, y: 22, overflow: "visible" }, svg("rect", { x: -9, y: -9, width: 18, height: 18, class: "m-named" })),
    };
    const shape = (shapes[kind] || (() => svg("circle", { cx: at, cy: 22, r: 10, class: "m-step" })))();
    const text = svg("text", { x: at, y: 26, "text-anchor": "middle", class: kind === FAULT ? "m-on" : "" });
    text.textContent = n;
    return [shape, text];
  }
  function timeline(e) {
    const steps = e.r[STEPS];
    if (steps.length < 2 || !steps.some((s) => s[0])) return null;
    const times = steps.map((s) => (s[0] ? minutes(s[0]) : null));
    const at = places(times);
    const drawing = svg("svg", { width: "100%", height: 44, role: "img", class: "line" });
    drawing.setAttribute("aria-label", here(pair("timeline.alt", { n: steps.length })));
    drawing.append(svg("line", { x1: "1%", x2: "99%", y1: 22, y2: 22, class: "axis" }));
    steps.forEach((s, i) => drawing.append(...mark(at[i].toFixed(2), s[6], i + 1)));
    const signs = { [FAULT]: ["✕", "timeline.fault"], [MISSING]: ["○", "timeline.missing"], [NAMED]: ["□", "timeline.named"] };
    const list = el("ol", { class: "steps" }, steps.map(([time, label, detail, who, file, row, kind], i) => {
      const before = last(times.slice(0, i));
      const later = times[i] !== null && before !== undefined && i ? times[i] - before : null;
      return el("li", { class: ["", "fault", "missing", "named"][kind] },
        el("span", { class: "when" }, time || "—"), " ", el("b", {}, two(e.data.steps[label])),
        kind ? el("span", { class: "flag" }, " ", signs[kind][0], " ", say(signs[kind][1])) : "",
        detail.length ? el("span", {}, " ", el("bdi", {}, Array.isArray(detail) ? two(detail) : detail)) : "",
        who ? el("span", {}, " · ", el("bdi", {}, who)) : "",
        later !== null ? apart(later, [time, steps[i - 1][0]].some((t) => t.length === 10)) : "",
        file >= 0 && file !== e.r[FILE] ? el("span", { class: "muted where" }, " ", el("bdi", {}, page.files[file][0]), `:${row}`) : "");
    }));
    return el("figure", { class: "timeline" }, el("figcaption", {}, say("timeline"), steps.length >= 200 ? [" · ", ...say("kept")] : ""), drawing, list);
  }
  function proof(e) {
    const rows = e.data.columns.map(([name, zh, en, heads], i) => {
      const value = e.r[EVIDENCE][i];
      if (!value && value !== "") return null;
      const head = heads[e.r[FILE]];
      return el("tr", {}, el("th", { scope: "row" }, el("code", {}, name), zh ? el("span", { class: "muted" }, " ", two([zh, en])) : ""),
        el("td", {}, el("bdi", {}, ...(Array.isArray(value) ? two(value) : [value]))),
        el("td", {}, head ? el("code", {}, head) : el("span", { class: "muted" }, "–")));
    });
    return el("table", { class: "proof" }, el("thead", {}, el("tr", {},
      ["proof.column", "proof.value", "proof.header"].map((key) => el("th", { scope: "col" }, say(key))))),
    el("tbody", {}, rows.filter(Boolean)));
  }
  function opened(e) {
    const link = `#f/${encodeURIComponent(e.rule)}/${e.id}`;
    return el("div", { class: "opened" }, timeline(e), proof(e),
      el("p", { class: "muted" }, el("bdi", {}, (page.files[e.r[FILE]] || [])[1] || "–"), e.r[ROW] === null ? "" : `:${e.r[ROW]}`,
        el("span", { class: "screen" }, " · ", el("a", { href: link }, say("link")),
          /^[\w.-]+$/.test(e.r[1]) ? [" · ", el("code", {}, `itssrules explain ${e.r[1]} ${here(pair("exports"))}`)] : "")));
  }

  /* ---- the findings that stand in the cards ---- */
  const drawn = new WeakSet();
  function draw(details, e) {
    if (!e || drawn.has(details)) return;
    drawn.add(details);
    unfold(details);
    details.append(opened(e));
    details.querySelector("p.values").hidden = true;
  }
  if (typeof DecompressionStream === "undefined") {
    document.querySelector(".nojs").replaceChildren(...say("old"));
    return;
  }
  document.addEventListener("toggle", async (event) => {
    const details = event.target;
    if (!details.open || !details.dataset.finding) return;
    const [rule, id] = details.dataset.finding.split("/");
    draw(details, (await findings(rule)).find((e) => e.id === id));
  }, true);
  let first = null;
  async function prepare() {
    first = await inflate("first");
  }
  window.addEventListener("beforeprint", () => {
    document.documentElement.classList.toggle("print-found", filtered());
    for (const [rule, data] of Object.entries(first ?? {})) {
      for (const r of data.rows) {
        const details = document.querySelector(`details[data-finding="${CSS.escape(rule)}/${r[0]}"]`);
        if (details) draw(details, entry(rule, data, r));
      }
    }
  });

  /* ---- search and filters ---- */
  const FIELDS = ["status", "grade", "process", "rule", "project", "month", "owner"];
  const state = { q: "", open: "" };
  let all = null, found = [], listed = 0;
  const controls = {};
  const rules = Object.keys(page.rules);
  const named = (key, value) => {
    if (key === "status" || key === "grade") return (page.status[value] || ["", value, value]).slice(1);
    if (key === "process") return page.processes[value] || [value, value];
    if (key === "rule" && page.rules[value]) return [`${value} ${page.rules[value][1]}`, `${value} ${page.rules[value][2]}`];
    if (key === "project") return (page.projects.find((p) => p[0] === value) || ["", value, value]).slice(1);
    if (key === "month" && value === "-") return pair("no_time");
    if (key === "owner" && !value) return pair("no_owner");
    return [value, value];
  };
  async function wanted() {
    const chosen = rules.filter((rule) => rule === state.rule);
    if (state.rule === undefined) {
      all ??= (await Promise.all(rules.map(findings))).flat();
      return all;
    }
    return (await Promise.all(chosen.map(findings))).flat();
  }
  function fits(e) {
    if (FIELDS.some((key) => state[key] !== undefined && e[key] !== state[key])) return false;
    return state.q.toLowerCase().split(/\s+/).every((word) => searchable(e).includes(word));
  }
  function options(entries) {
    for (const key of FIELDS) {
      const values = key === "rule" ? [...rules] : [...new Set(entries.map((e) => e[key]))];
      if (state[key] !== undefined && !values.includes(state[key])) values.push(state[key]);
      if (key !== "rule" && key !== "grade" && key !== "status") values.sort();
      const select = controls[key];
      select.replaceChildren(el("option", { value: "\u0000" }, here(pair("all"))),
        ...values.filter((v) => v !== "" || key === "owner").map((v) => el("option", { value: v }, here(named(key, v)))));
      select.value = state[key] ?? "\u0000";
    }
  }
  let facets = null;
  async function apply(keep = SHOWN) {
    $("found-n").textContent = here(pair("busy"));
    const entries = await wanted();
    found = entries.filter(fits);
    if (facets === null || facets.length < entries.length) facets = entries;
    options(facets);
    controls.q.value = state.q;
    listed = 0;
    $("found").querySelector("tbody").replaceChildren();
    more(keep);
    remember();
  }
  function remember() {
    const query = new URLSearchParams();
    if (state.q) query.set("q", state.q);
    for (const key of FIELDS) if (state[key] !== undefined) query.set(key, state[key]);
    const text = query.toString();
    if (!location.hash.startsWith("#f/") && (text || location.hash.startsWith("#find"))) {
      history.replaceState(null, "", text ? `#find?${text}` : "#find");
    }
  }
  function more(count = SHOWN) {
    const next = found.slice(listed, listed + count);
    $("found").querySelector("tbody").append(...next.flatMap(line));
    listed += next.length;
    const cut = rules.filter((r) => page.rules[r][3] > page.rules[r][4] && (state.rule === undefined || state.rule === r));
    const total = rules.filter((r) => state.rule === undefined || state.rule === r).reduce((n, r) => n + page.rules[r][3], 0);
    const held = rules.filter((r) => state.rule === undefined || state.rule === r).reduce((n, r) => n + page.rules[r][4], 0);
    const values = { n: number(found.length), shown: number(listed), held: number(held), total: number(total) };
    $("found-n").replaceChildren(...say(cut.length ? "found.cut" : "found", values));
    const told = FIELDS.filter((key) => state[key] !== undefined).map((key) => named(key, state[key]));
    if (state.q) told.push([`“${state.q}”`, `“${state.q}”`]);
    $("found-what").hidden = !told.length;
    $("found-what").replaceChildren(...say("filter"), ": ", ...two([0, 1].map((at) => told.map((t) => t[at]).join(" · "))));
    $("found-more").hidden = listed >= found.length;
    $("found-csv").disabled = !found.length;
  }
  function line(e) {
    const grade = e.grade || e.status;
    const [icon, zh, en] = page.status[grade];
    const button = el("button", { type: "button", class: "subject", "aria-expanded": "false", onclick: () => toggle(button, e) },
      el("bdi", {}, e.r[1]));
    const row = el("tr", { class: "found", id: `f-${e.rule}-${e.id}` },
      el("td", { class: "name" }, button, e.r[LIMITED] ? el("span", { class: "limited" }, "△ ", say("limited")) : "",
        e.r[POINTS].map((p) => el("span", { class: "point" }, p))),
      el("td", {}, el("span", { class: `grade g-${grade}` }, icon ? `${icon} ` : "", two([zh, en])), " ",
        el("b", { class: "id" }, e.rule), " ", two([sentence(e, 0), sentence(e, 1)])),
      el("td", { class: "time" }, e.r[AT] || "–"),
      el("td", { class: "who" }, e.owner ? el("bdi", {}, e.owner) : "–"),
      el("td", { class: "where" }, el("bdi", {}, (page.files[e.r[FILE]] || [])[0] || "–"), e.r[ROW] === null ? "" : `:${e.r[ROW]}`));
    return [row, el("tr", { class: "more", hidden: true }, el("td", { colspan: 5 }))];
  }
  function toggle(button, e) {
    const under = button.closest("tr").nextElementSibling;
    const open = under.hidden;
    if (open && !under.firstChild.firstChild) under.firstChild.append(opened(e));
    under.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  }

  /* ---- what is filtered, as a file that a spreadsheet may open ---- */
  const inert = (text) => (/^[\s\u3000]*[=+\-@＝＋－＠]|^[\t\r]/.test(text) ? `'${text}` : text);
  const cell = (value) => `"${(typeof value === "number" ? String(value) : inert(String(value ?? ""))).replaceAll('"', '""')}"`;
  function csv() {
    const head = ["finding_id", "rule", "status", "grade", "process", "project", "record", "at", "owner", "message_zh",
      "message_en", "evidence", "file", "row_number"];
    const lines = found.map((e) => [e.id, e.rule, e.status, e.grade, e.process, e.project, e.r[1], e.r[AT], e.owner,
      sentence(e, 0), sentence(e, 1),
      e.data.columns.map(([name], i) => (e.r[EVIDENCE][i] ? `${name} = ${here(e.r[EVIDENCE][i])}` : "")).filter(Boolean).join("; "),
      (page.files[e.r[FILE]] || [])[1], e.r[ROW]]);
    const text = "\ufeff" + [head, ...lines].map((l) => l.map(cell).join(",") + "\r\n").join("");
    const link = el("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: "findings-filtered.csv" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  /* ---- the form ---- */
  function build() {
    const set = (key, value) => { if (value === "\u0000") delete state[key]; else state[key] = value; facets = null; leave(); apply(); };
    let wait = 0;
    controls.q = el("input", { type: "search", id: "find-q", autocomplete: "off", oninput: () => {
      clearTimeout(wait);
      wait = setTimeout(() => { state.q = controls.q.value.trim(); leave(); apply(); }, 200);
    } });
    const fields = [el("p", { class: "q" }, el("label", { for: "find-q" }, say("search")), controls.q)];
    for (const key of FIELDS) {
      controls[key] = el("select", { id: `find-${key}`, onchange: () => set(key, controls[key].value) });
      fields.push(el("p", {}, el("label", { for: `find-${key}` }, say(`by.${key}`)), controls[key]));
    }
    const reset = () => { for (const key of FIELDS) delete state[key]; state.q = ""; facets = null; leave(); apply(); controls.q.focus(); };
    $("finder").append(
      el("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() }, fields,
        el("p", { class: "buttons" }, el("button", { type: "button", onclick: reset }, say("reset")),
          el("button", { type: "button", id: "found-csv", onclick: csv }, say("csv")))),
      el("p", { id: "found-what", hidden: true }), el("p", { id: "found-n", role: "status" }),
      el("table", { class: "stack findings", id: "found", "aria-labelledby": "find" }, el("thead", {}, el("tr", {},
        ["record", "sentence", "at", "owner", "where"].map((key) => el("th", { scope: "col" }, say(key))))), el("tbody")),
      el("p", {}, el("button", { type: "button", id: "found-more", hidden: true, onclick: () => more() }, say("more"))),
      el("p", { class: "muted keys" }, say("keys")));
    options([]);
  }
  function leave() {
    if (location.hash.startsWith("#f/")) history.replaceState(null, "", "#find");
  }
  function scroll(to) {
    to.scrollIntoView({ block: "start" });
  }

  /* ---- links into the page ---- */
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }
  const filtered = () => state.q !== "" || FIELDS.some((key) => state[key] !== undefined);
  async function go() {
    const hash = location.hash;
    if (hash.startsWith("#find?")) {
      const query = new URLSearchParams(hash.slice(6));
      for (const key of FIELDS) delete state[key];
      for (const key of FIELDS) if (query.has(key)) state[key] = query.get(key);
      state.q = query.get("q") ?? "";
      facets = null;
      await apply();
      scroll($("find"));
    } else if (hash.startsWith("#f/")) {
      const [rule, id] = hash.slice(3).split("/").map(decoded);
      for (const key of FIELDS) delete state[key];
      state.q = "";
      if (page.rules[rule]) state.rule = rule;
      facets = null;
      const entries = page.rules[rule] ? await findings(rule) : [];
      const e = entries.find((one) => one.id === id);
      await apply(Math.max(SHOWN, entries.indexOf(e) + 1));
      const row = e && $(`f-${rule}-${id}`);
      if (!row) { $("found-n").replaceChildren(...say("gone")); scroll($("find")); return; }
      const button = row.querySelector("button");
      if (button.getAttribute("aria-expanded") === "false") button.click();
      scroll(row);
      button.focus({ preventScroll: true });
    } else if (hash.length > 1) {
      const aim = find(decoded(hash.slice(1)));
      for (let up = aim?.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
      aim?.scrollIntoView();
    } else if (filtered()) {
      for (const key of FIELDS) delete state[key];
      state.q = "";
      facets = null;
      apply();
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-find]");
    if (!link) return;
    event.preventDefault();
    const hash = `#find?${link.dataset.find}`;
    if (location.hash === hash) go(); else location.hash = hash;
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "radio";
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      scroll($("find"));
      controls.q.focus({ preventScroll: true });
    } else if (event.target.classList.contains("subject") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const buttons = [...document.querySelectorAll("#found button.subject")];
      buttons[buttons.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    } else if (event.key === "Escape" && event.target === controls.q && state.q) {
      state.q = "";
      apply();
    }
  });
  function speak() {
    document.documentElement.lang = lang() ? "en" : "zh-CN";
    document.title = page.words.title[lang()];
    if (facets) options(facets); else options([]);
  }
  for (const id of ["lang-zh", "lang-en"]) $(id).addEventListener("change", speak);

  document.documentElement.classList.add("js-on");
  build();
  speak();
  window.addEventListener("hashchange", go);
  (window.requestIdleCallback || setTimeout)(prepare);
  new IntersectionObserver((seen, watch) => {
    if (seen.some((s) => s.isIntersecting) && facets === null) { watch.disconnect(); if (!/^#f(ind\?|\/)/.test(location.hash)) apply(); }
  }, { rootMargin: "200px" }).observe($("finder"));
  go();
})();
