/* Mount examples of the common components, with made-up data, into the open tab, for tests and pictures. */
async () => {
  const load = async (name) => import(window.modules[name]);
  const [{ ApiError }, { h, icon }, states, remedy, parts, { table }, { plainTable }] = await Promise.all(
    ["core/api", "core/dom", "ui/states", "sync/remedy", "ui/parts", "ui/table", "ui/plain-table"].map(load),
  );
  const [{ ring }, { bars }, { dots }, { trend }, { trail }] = await Promise.all(
    ["ring", "bars", "dots", "trend", "trail"].map((name) => load(`charts/${name}`)),
  );
  const card = (title, span, ...children) =>
    h(
      "section",
      { class: `card ${span}` },
      h("div", { class: "card-header" }, h("h2", {}, title)),
      h("div", { data: { body: "" } }, children),
    );
  const areas = [
    ["Campaigns", 71, 6.2],
    ["Forms", 88, 1.9],
    ["Landing pages", 64, 4.1],
    ["Lists", 93, 0.8],
    ["List emails", 82, 2.4],
    ["Custom redirects", 55, 5.0],
    ["Prospects", null, null],
    ["Tags", 97, 0.2],
  ];
  const days = Array.from({ length: 30 }, (_, index) =>
    new Date(Date.UTC(2026, 9, 24 + index)).toISOString().slice(0, 10),
  );
  const wave = (base, swing, gap) =>
    days.map((_, index) =>
      gap && index > 8 && index < 12 ? null : Math.round(base + swing * Math.sin(index / 4) + index / 3),
    );
  const rows = Array.from({ length: window.galleryRows ?? 320 }, (_, index) => ({
    id: index,
    name:
      index % 57 === 0
        ? null
        : index === 3
          ? "<script>alert(1)</script>"
          : `Fall ${2015 + (index % 12)} webinar follow-up ${index}`,
    campaign: ["Spring term", "Webinars", "Newsletter", "Conference"][index % 4],
    submissions: (index * 7919) % 403,
    flags: [["dormant"], [], ["no_campaign", "errors"]][index % 3],
    updated: days[index % 30],
  }));
  const tones = { dormant: "warn", no_campaign: "bad", errors: "bad" };
  const forms = table({
    key: "forms",
    size: 25,
    caption: "Forms",
    noun: "form",
    exportAs: "forms",
    rows,
    sort: "name",
    columns: [
      { key: "name", label: "Name", className: "wide" },
      { key: "campaign", label: "Campaign" },
      {
        key: "flags",
        label: "Issues",
        sort: false,
        value: (row) => row.flags.join(" "),
        show: (row) =>
          row.flags.length
            ? h(
                "span",
                { class: "chips" },
                row.flags.map((flag) => parts.chip(flag.replace("_", " "), { tone: tones[flag] })),
              )
            : null,
      },
      { key: "submissions", label: "Submissions", end: true, first: "desc" },
      { key: "updated", label: "Updated", end: true, className: "tight" },
    ],
    filters: [
      {
        key: "flag",
        label: "Issue",
        options: [
          ["dormant", "Dormant"],
          ["no_campaign", "No campaign"],
        ],
        test: (row, flag) => row.flags.includes(flag),
      },
    ],
    detail: (row) => h("p", {}, `Everything about ${row.name}`),
  });
  const place = document.querySelector(".tab-panel:not([hidden]) .panels");
  place.replaceChildren(
    h("div", {}, trail({ day: 23, total: 90, label: "Camp day 23 of 90" })),
    card(
      "Health",
      "third",
      h(
        "div",
        { class: "row" },
        ring({ value: 78, label: "Score 78 of 100, grade C", text: "78", tone: "warn", size: 132 }),
        h(
          "div",
          { class: "stack" },
          parts.figure("Grade", "C"),
          h("p", { class: "row" }, parts.delta(2, "since yesterday"), parts.delta(-1.5, "since last week")),
        ),
      ),
    ),
    card(
      "Points lost by area",
      "third",
      bars({
        title: "Points lost by area",
        unit: "Points",
        format: (value) => (value === null ? "–" : value.toFixed(1)),
        rows: areas.map(([label, , value]) => ({
          label,
          value,
          href: "?tab=gear-locker",
          tone: value > 4 ? "bad" : value > 2 ? "warn" : "good",
        })),
      }),
    ),
    card(
      "Balance",
      "two-thirds",
      dots({
        title: "Scores by area",
        rows: areas.map(([label, value, cost], index) => ({
          label,
          value,
          cost,
          before: [66, 84, 70, 90, 80, 60, null, 95][index],
          href: "?tab=gear-locker",
        })),
      }),
    ),
    card(
      "Score over time",
      "two-thirds",
      trend({
        title: "Score over time",
        days,
        low: 0,
        high: 100,
        notes: [{ day: days[13], text: "Cleaned up old redirects" }],
        series: [
          { name: "Overall", values: wave(70, 5) },
          { name: "Forms", values: wave(60, 12, true) },
          { name: "Campaigns", values: wave(45, 3) },
        ],
      }),
    ),
    card(
      "States",
      "third",
      states.loading(2),
      states.empty("No open tasks."),
      states.failed(
        new ApiError(503, "A part of the service is unavailable at the moment: try again soon.", { requestId: "4f1d" }),
        () => {},
      ),
      remedy.noData("python manage.py camp_sync --scout", null),
    ),
    card(
      "Parts",
      "half",
      h(
        "p",
        { class: "chips" },
        parts.chip("12 no campaign", { tone: "bad" }),
        parts.chip("3 dormant", { tone: "warn", href: "?tab=tags" }),
        parts.chip("Linked", { tone: "good" }),
        parts.chip("Read 3 hours ago", { tone: "info" }),
        parts.chip("Plain"),
        parts.chip("Priority", { tone: "accent" }),
      ),
      h(
        "div",
        { class: "figures" },
        parts.figure("Leads", "12,345", { href: "?tab=tags" }),
        parts.figure("Contacts", "9,876", { note: "of 11,002" }),
      ),
      h("p", {}, "Health ", parts.meter(64, "warn")),
      h(
        "p",
        { class: "row" },
        parts.button("Create a task", () => {}, { kind: "primary", sign: "plus" }),
        parts.button("Show the rows", () => {}),
        parts.button("Delete", () => {}, { kind: "danger", sign: "bin" }),
        parts.button("More", () => {}, { kind: "quiet" }),
      ),
      h(
        "p",
        { class: "banner warn" },
        icon("warning"),
        h("span", {}, "Activities were last read 9 days ago: issues that need them are left out."),
      ),
      plainTable(
        "Coverage",
        [
          { label: "Object", value: (row) => row[0] },
          { label: "Records", value: (row) => row[1], end: true },
        ],
        [
          ["Leads", "12,345"],
          ["Contacts", "9,876"],
        ],
      ),
    ),
    card("All forms", "", forms.element),
  );
  await forms.ready;
};
