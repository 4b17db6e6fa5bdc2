/* Types that several modules share. `make lint` generates the types of the API from the OpenAPI document.

   A module that needs only the type of another module takes it from here. It does not import the type in a comment,
   because collectstatic treats import() in a comment as an import. */

// -- elements ------------------------------------------------------------------------------------------------

/** The children that an element takes (core/dom.js). Numbers are not allowed: `count && …` would write a zero. */
type Child = Node | string | boolean | null | undefined | readonly Child[];

type AttributeValue = string | number | boolean | null | undefined;

type Listeners<E> = {
  [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name] & { currentTarget: E }) => unknown;
};

type Values = Record<string, string | number>;

/** Attributes. `on` contains listeners, `data` contains data attributes, and `vars` contains custom properties. */
interface Attributes<E> {
  on?: Listeners<E>;
  data?: Values;
  vars?: Values;
  [name: string]: AttributeValue | Listeners<E> | Values;
}

type Maybe<Type> = Type | null | undefined;

/** good, warn, bad, info, none, the number of a chart color (1 to 8), or empty. */
type Tone = string;

// -- the API -------------------------------------------------------------------------------------------------

/** The schemas of the API's document. */
type Api = import("api-document").components["schemas"];

type Operations = import("api-document").paths;

type Method = "get" | "post" | "put" | "patch" | "delete";

type Below<Path> = Path extends `/api/v1/pardot/${infer Rest}` ? Rest : never;

/** "tasks/{task_id}" → `tasks/${string}`. */
type Filled<Path extends string> = Path extends `${infer Before}{${string}}${infer After}`
  ? `${Before}${string}${Filled<After>}`
  : Path;

/** The paths that accept this method. */
type PathFor<M extends Method> = {
  [Path in keyof Operations]: Operations[Path] extends Record<M, { responses: unknown }> ? Filled<Below<Path>> : never;
}[keyof Operations];

/** The documented path of an address, if the path accepts this method: "tasks/7" → "tasks/{task_id}". */
type Documented<Path extends string, M extends Method> = {
  [Known in Below<keyof Operations>]: Path extends Filled<Known>
    ? Operations[`/api/v1/pardot/${Known}`] extends Record<M, { responses: unknown }>
      ? Known
      : never
    : never;
}[Below<keyof Operations>];

type Operation<Path extends string, M extends Method> = Operations[`/api/v1/pardot/${Documented<Path, M>}`][M];

type Content<Response> = Response extends { content: { "application/json": infer Body } } ? Body : null;

type Successful<Responses> = {
  [Status in keyof Responses & (200 | 201 | 204)]: Content<Responses[Status]>;
}[keyof Responses & (200 | 201 | 204)];

/** The answer to a successful request below /api/v1/pardot/. */
type Answer<Path extends string, M extends Method> =
  Operation<Path, M> extends { responses: infer Responses } ? Successful<Responses> : never;

/** The body that a request may send. */
type Sent<Path extends string, M extends Method> =
  Operation<Path, M> extends { requestBody: { content: { "application/json": infer Json } } }
    ? Json
    : Record<string, never>;

/** Parameters of an address: of a request (core/api.js) or of the page (core/route.js). */
type Params = Record<string, ParamValue | readonly ParamValue[]>;
type ParamValue = string | number | boolean | null | undefined;

/** The parameters of a GET request. Each may be left out. */
type Query<Path extends string> =
  Operation<Path, "get"> extends { parameters: { query?: infer Named } }
    ? { [Name in keyof Named]?: Named[Name] | string | null }
    : never;

interface RequestOptions {
  signal?: AbortSignal;
  waits?: boolean;
}

/** The requests of core/api.js. */
interface ApiClient {
  get<P extends PathFor<"get">>(path: P, options?: RequestOptions & { params?: Query<P> }): Promise<Answer<P, "get">>;
  post<P extends PathFor<"post">>(
    path: P,
    body: Sent<P, "post">,
    options?: RequestOptions & { params?: Params },
  ): Promise<Answer<P, "post">>;
  put<P extends PathFor<"put">>(path: P, body: Sent<P, "put">, options?: RequestOptions): Promise<Answer<P, "put">>;
  patch<P extends PathFor<"patch">>(
    path: P,
    body: Sent<P, "patch">,
    options?: RequestOptions,
  ): Promise<Answer<P, "patch">>;
  delete<P extends PathFor<"delete">>(
    path: P,
    options?: RequestOptions & { body?: unknown },
  ): Promise<Answer<P, "delete">>;
}

/** An entry of `errors` in an ApiError: core/api.js. */
interface Complaint {
  loc: string[];
  message: string;
}

/** The id and name of an asset. */
interface Named {
  id: number;
  name: string | null;
}

/** Returns the color of a score, by the grades: core/tones.js. */
type ToneOf = (score: Maybe<number>) => Tone;

/** The snapshots since 45 days ago, and the latest that is at least a week old: panels/recent.js. */
interface Recent {
  days: readonly string[];
  snapshots: readonly Api["Snapshot"][];
  lastWeek: Api["Snapshot"] | null;
  /** The day of `lastWeek` in words; "" when it is exactly a week old. */
  since: string;
}

interface Flagged {
  flags: string[];
  exempt: string[];
}

type Asset = Named & Flagged;

/** Addresses of records: assets/links.js. */
interface Pages {
  pardot(type: string | null, id: Maybe<number | string>): string | null;
  salesforce(id: Maybe<string>): string | null;
}

/** Swagger UI, on the API's documentation page: docs.js. */
interface Window {
  SwaggerUIBundle: ((options: object) => unknown) & { presets: { apis: unknown } };
}

// -- panels --------------------------------------------------------------------------------------------------

type Route = typeof import("./core/route.js").route;

/** The context that a panel gets when it is mounted. */
interface MountContext {
  signal: AbortSignal;
  command?: string;
}

/** The declaration of a panel for core/panel.js. */
interface PanelSpec<Data> {
  lines?: number;
  quiet?: boolean;
  command?: string;
  keys?: readonly string[];
  uses?: readonly string[];
  load(context: { signal: AbortSignal; route: Route }): Promise<Data> | Data;
  noData?(data: Data): boolean;
  empty?(data: Data): string | false;
  /** `data` is never null here: if `load` may resolve to null, `noData` or `empty` must handle the null. */
  render(data: NonNullable<Data>, context: RenderContext): Child;
}

interface RenderContext {
  element: HTMLElement;
  signal: AbortSignal;
  route: Route;
  reload(): Promise<boolean>;
}

interface Panel {
  mount(element: HTMLElement, context: MountContext): Promise<boolean>;
}

/** An event that reloads a mounted panel. */
type ReloadEvent = CustomEvent<{ waitFor(load: Promise<boolean>): void }>;

interface HTMLElementEventMap {
  "panel:reload": ReloadEvent;
}

// -- tables --------------------------------------------------------------------------------------------------

/** A row's value in one column, for searching, sorting and exporting. */
type Cell = string | number | boolean | null | undefined | readonly (string | number | null | undefined)[];

/** A column of ui/table.js. */
interface Column<Row> {
  key: string;
  label: string;
  value?(row: Row): Cell;
  show?(row: Row): Child;
  csv?: ((row: Row) => Cell) | false | null;
  sort?: boolean | string;
  first?: "desc";
  end?: boolean;
  className?: string;
  search?: boolean;
  /** The definition behind the "?" of the column's head: ui/about.js. */
  about?: string | (() => Promise<Child> | Child);
}

/** A value and its label. */
type Option = readonly [value: string, label: string];

/** A filter of ui/table.js. If `test` is missing, the table's `source` applies the filter. */
interface Filter<Row> {
  key: string;
  label: string;
  /** A function is called again whenever the rows are drawn. */
  options: readonly Option[] | (() => readonly Option[]);
  test?(row: Row, value: string): boolean;
  initial?: string;
  all?: string;
}

/** The query of a table. */
interface TableQuery {
  q: string;
  sort: string;
  page: number;
  size: number;
  filters: Record<string, string>;
}

/** One page of a table's rows. */
interface Found<Row> {
  rows: Row[];
  total: number;
  didYouMean?: string | null;
}

/** A column with its defaults filled in; `sort` is the name to sort by. */
interface FullColumn<Row> extends Omit<Column<Row>, "sort"> {
  value(row: Row): Cell;
  show(row: Row): Child;
  csv: ((row: Row) => Cell) | false | null;
  sort: string | null;
}

/** The store of a table's query and hidden columns: ui/table-state.js. */
interface TableState {
  get(name: string): string;
  set(changes: Params, options?: { replace?: boolean }): void;
  onChange(listener: () => unknown): void;
}

type Source<Row> = (query: TableQuery & { signal?: AbortSignal }) => Promise<Found<Row>>;

interface TableOptions<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  key?: string;
  noun?: string;
  rows?: readonly Row[];
  source?: Source<Row>;
  filters?: readonly Filter<Row>[];
  search?: string | false;
  sort?: string;
  size?: number;
  detail?(row: Row): Node;
  rowId?(row: Row): string | number;
  nothing?: string;
  exportAs?: string;
  bulk?: Bulk<Row>;
  alsoInCsv?: readonly { label: string; csv(row: Row): Cell }[];
  tools?: Child;
}

/** The options of a table with their defaults filled in. */
type SetOptions<Row> = TableOptions<Row> & {
  search: string | false;
  filters: readonly Filter<Row>[];
  alsoInCsv: readonly { label: string; csv(row: Row): Cell }[];
  noun: string;
  sort: string;
  rowId(row: Row): string | number;
};

/** The actions for many rows of a table at once. */
interface Bulk<Row> {
  actions: readonly { label: string; sign: string; run(selected: Selected<Row>): unknown }[];
}

/** The selected rows that an action gets: ui/selection.js. */
interface Selected<Row> {
  size: number;
  /** True after "Select all" of the rows that match `q` and `filters`. `known` may be incomplete: use rows(). */
  isAll: boolean;
  known: readonly Row[];
  filters: Record<string, string>;
  q: string;
  rows(): Promise<readonly Row[]>;
  clear(): void;
}

/** The part of a table that ui/selection.js uses. */
interface SelectableTable<Row> {
  options: SetOptions<Row> & { bulk: Bulk<Row> };
  columns: FullColumn<Row>[];
  element: HTMLElement;
  query(): TableQuery;
  allRows(): Promise<readonly Row[]>;
  exportRows(rows: readonly Row[]): void;
}

/** The part of ui/selection.js that ui/table-view.js uses. */
interface Selecting<Row> {
  headCell: HTMLElement;
  begin(): void;
  cell(row: Row): HTMLElement;
}

/** The part of a table that ui/table-view.js uses. */
interface TableParts<Row> {
  options: SetOptions<Row>;
  /** The keys of the hidden columns: ui/columns.js. */
  hidden: ReadonlySet<string>;
  chooser: { element: HTMLElement | null };
  columns: FullColumn<Row>[];
  open: Set<string | number>;
  selection: Selecting<Row> | null;
  search(text: string): void;
  filter(key: string, value: string): void;
  areAllOpen(): boolean;
  openAll(opened: boolean): void;
  /** Remember whether the row is open. */
  remember(id: string | number, opened: boolean): void;
  export(): void;
}

/** A column of ui/plain-table.js. */
interface PlainColumn<Row> {
  label: string;
  value(row: Row): Child;
  end?: boolean;
}

// -- dialogs and forms ---------------------------------------------------------------------------------------

interface Dialog {
  element: HTMLDialogElement;
  body: HTMLElement;
  close(result?: unknown): void;
  sendAway(): Promise<unknown>;
  retitle(text: string): void;
  closed: Promise<unknown>;
}

interface DialogOptions {
  title: string;
  body?: Child;
  actions?: Child[];
  drawer?: boolean;
  wide?: boolean;
  mayClose?(): boolean | Promise<boolean>;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

// biome-ignore lint/suspicious/noExplicitAny: the values of a form have the types of its fields, and the value of a setting the type of its editor
type Held = any;

type FieldValue = string | number | boolean | null | readonly string[];

/** A field of ui/form.js. */
interface FormField {
  name: string;
  label: string;
  type?: "text" | "textarea" | "select" | "date" | "number" | "checkbox" | "choices";
  value?: FieldValue;
  hint?: string;
  required?: boolean;
  options?: readonly Option[];
  min?: number;
  max?: number;
  step?: number;
  maxlength?: number;
  pattern?: string;
}

/** A field of an open form, with its elements: ui/form.js. */
interface FormPart {
  name: string;
  label: string;
  get(): FieldValue;
  input: Control | HTMLFieldSetElement;
  problem: HTMLElement;
  element: HTMLElement;
}

interface FormOptions<Made> {
  title: string;
  intro?: string;
  fields: readonly FormField[];
  yes?: string;
  submit(values: Held, changes: Held): Promise<Made> | Made;
}

interface ToastAction {
  label: string;
  run(): unknown;
}

/** An item of the palette: palette/entries.js. `to`: an address, or parameters to set; empty if the item has `run`. */
interface PaletteEntry {
  group: string;
  label: string;
  hint: string;
  sign: string;
  to: string | Params;
  run?(): unknown;
}

// -- charts --------------------------------------------------------------------------------------------------

type Scale = (value: number) => number;

type Point = readonly [x: number, y: number];

type Format = (value: Maybe<number>) => string;

/** The options that all charts with a frame share: charts/chart.js. */
interface ChartFrame {
  title: string;
  caption?: boolean;
  tableLabel?: string;
  /** A line under the title of the picture file. */
  headline?: string;
  /** The height of the drawing in pixels, if known: the space is reserved until the drawing is there. */
  height?: number;
}

type PictureKey = import("./charts/picture.js").PictureKey;

type Pictured = import("./charts/picture.js").Pictured;

type DrawnTrend = import("./charts/trend.js").DrawnTrend;

// -- settings ------------------------------------------------------------------------------------------------

/** A key of the configuration. Its value and default have the type that the key's editor returns. */
type Entry<Value = Held> = Omit<Api["ConfiguredOut"], "value" | "default"> & { value: Value; default: Value };

/** An input for one value: settings/field.js. */
interface SettingField {
  path: string;
  input: Control;
  element: HTMLElement;
  get(): Held;
  set(value: Held): void;
  mark(sentence: string): void;
}

interface SettingOptions {
  label: string | HTMLElement;
  path?: string;
  type?: string;
  value?: Held;
  standard?: Held;
  options?: readonly Option[];
  say?(value: Held): string;
  write?(value: Held): string;
  hint?: string;
  compact?: boolean;
  min?: number;
  max?: number;
  step?: number;
  maxlength?: number;
  size?: number;
}

/** The editor of one key: settings/editors.js. */
interface Editor<Value> {
  element: HTMLElement;
  fields(): SettingField[];
  get(): Value;
  set(value: Value): unknown;
  overlays?: boolean;
  standard?: string;
}

type Context = import("./settings/editors.js").Context;

type Draft = import("./settings/drafts.js").Draft;

// -- panels and overlays -------------------------------------------------------------------------------------

type Badge = import("./panels/badge-list.js").Badge;

type IssueTable = typeof import("./panels/issue-table.js").issueTable;
