/** The import rules of docs/architecture.md, "Who may import whom". */
const onlyFrom = (name, to, pathNot, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: '^(apps|libs)/', pathNot },
  to: { path: to },
});

const SRC = '^apps/gateway/src/';

/** The rooms of the gateway, lowest first. Rooms of one line do not know each other. */
const ROOMS = [
  ['failpoints', 'measures', 'problems', 'timing'],
  ['config'],
  ['database'],
  ['audit', 'docs', 'http', 'outbox'],
  ['keys'],
  ['accounts'],
  ['payments'],
  ['cards', 'subscriptions'],
  ['callbacks', 'webhooks', 'hosted-fields', 'reconciliation', 'proof'],
  ['dcm', 'ops', 'retention'],
  ['cli'],
  ['app'],
];
const PAYMENTS = [['domain'], ['kinds', 'bank-access'], ['bank'], ['store'], ['engine'], ['api', 'jobs', 'operators']];
const WEBHOOKS = [['domain'], ['store'], ['delivery'], ['api', 'jobs', 'developer']];
const DCM = [['domain'], ['store'], ['bank-auth', 'signing'], ['callbacks'], ['creditor'], ['operators']];

/** Nobody looks up, and nobody beside. */
const inThisOrder = (base, layers) =>
  layers.flatMap((rooms, at) =>
    rooms.map((room) => {
      const others = [...rooms.filter((other) => other !== room), ...layers.slice(at + 1).flat()];
      return {
        name: `${base.slice(SRC.length)}${room}-never-looks-up`,
        severity: 'error',
        from: { path: `${base}${room}/` },
        to: { path: `${base}(${others.join('|')})/` },
      };
    }),
  );

module.exports = {
  forbidden: [
    ...inThisOrder(SRC, ROOMS),
    ...inThisOrder(`${SRC}payments/`, PAYMENTS),
    ...inThisOrder(`${SRC}webhooks/`, WEBHOOKS),
    ...inThisOrder(`${SRC}dcm/`, DCM),
    {
      name: 'every-room-has-its-place',
      severity: 'error',
      comment: 'A new room of the gateway belongs into ROOMS.',
      from: { path: SRC },
      to: { path: `${SRC}[^/]+/`, pathNot: `${SRC}(${ROOMS.flat().join('|')})/` },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-circle-of-folders',
      severity: 'error',
      scope: 'folder',
      from: { path: '^apps/gateway/src' },
      to: { circular: true },
    },
    { name: 'libs-know-no-app', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'libs-know-no-other-lib',
      severity: 'error',
      comment: 'But for the one parser of JSON, which all share.',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: '^libs/($1/|strict-json/src/index\\.ts$)' },
    },
    {
      name: 'libs-by-the-door',
      severity: 'error',
      from: { path: '^(apps|test|bench)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'libs-by-the-door-in-tests',
      severity: 'error',
      comment:
        "A spec may also use the stand-ins of a lib's testing entry, such as Alliance's bank, and what it keeps for its own tests.",
      from: { path: '^(apps|test)/.*\\.spec\\.ts$' },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/(src/index\\.ts$|src/testing/|test/)' },
    },
    {
      name: 'apps-know-no-other-app',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'simulator-stands-alone',
      severity: 'error',
      from: { path: '^apps/simulator/' },
      to: { path: '^libs/' },
    },
    {
      name: 'shop-is-a-merchant',
      severity: 'error',
      comment: 'It has what every merchant has: the REST API and the library for webhooks.',
      from: { path: '^apps/shop/' },
      to: { path: '^libs/', pathNot: '^libs/webhook-receiver/' },
    },
    {
      name: 'launcher-starts-the-database-only',
      severity: 'error',
      from: { path: '^apps/launcher/' },
      to: { path: '^libs/', pathNot: '^libs/embedded-postgres/' },
    },
    {
      name: 'gateway-is-given-its-database',
      severity: 'error',
      comment: 'Only a command that has none of its own starts the one of npm start.',
      from: { path: '^apps/gateway/', pathNot: '/cli/demo-database\\.ts$' },
      to: { path: '^libs/embedded-postgres/' },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: '/domain/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '(/domain/|/problems/coded-error\\.ts$)' },
    },
    onlyFrom(
      'database-behind-stores',
      '^node_modules/(typeorm|pg)/',
      '(^libs/embedded-postgres/|/store/|/database/|\\.(entity|repository|store|module|spec)\\.ts$)',
      'SQL stays in store/, database/, *.entity|repository|store.ts',
    ),
    onlyFrom(
      'jose-in-libs',
      '^node_modules/jose/',
      '^(libs/|apps/simulator/)',
      'JOSE is spoken in libs and by the simulator only',
    ),
    {
      name: 'alliance-by-the-bank-room',
      severity: 'error',
      from: {
        path: '^apps/gateway/',
        pathNot: '(/payments/bank/|/payments/bank-access/|/callbacks/|\\.module\\.ts$|\\.store\\.ts$|\\.spec\\.ts$)',
      },
      to: { path: '^libs/alliance/' },
    },
    {
      name: 'dcm-by-its-room',
      severity: 'error',
      from: { path: '^apps/', pathNot: '(^apps/gateway/src/dcm/|\\.spec\\.ts$)' },
      to: { path: '^libs/dcm/' },
    },
    {
      name: 'dcm-room-stands-alone',
      severity: 'error',
      comment: 'Payments work without DCM: only the composition knows the room.',
      from: { path: '^apps/gateway/src/', pathNot: '(/dcm/|/app/)' },
      to: { path: '^apps/gateway/src/dcm/' },
    },
    {
      name: 'controllers-call-services',
      severity: 'error',
      from: { path: '\\.controller\\.ts$' },
      to: { path: '(\\.repository|\\.job|\\.store)\\.ts$' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot:
          '(\\.spec\\.ts|\\.d\\.ts|main\\.ts|print-openapi\\.ts|migrations/|^apps/gateway/browser/|^test/|^bench/)',
      },
      to: {},
    },
    {
      name: 'no-dev-dependencies-in-src',
      severity: 'error',
      from: { path: '^(apps|libs)/.*/src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], pathNot: '@types' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'types', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
    doNotFollow: { path: 'node_modules' },
  },
};
