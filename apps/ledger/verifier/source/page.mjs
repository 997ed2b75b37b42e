/* global document, crypto */

const browserPrimitives = {
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)),
  ed25519: async (publicKey, message, signature) => {
    const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    return crypto.subtle.verify('Ed25519', key, signature, message);
  },
};

/** RFC 8032 section 7.1, test 1: whether this browser knows Ed25519 at all. */
const knowsEd25519 = async () => {
  const key = fromBase64url('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo');
  const signature = fromBase64url(
    '5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc-bRr0lv18FlbviRlUUFDjnoQCw',
  );
  try {
    return await browserPrimitives.ed25519(key, new Uint8Array(0), signature);
  } catch {
    // No WebCrypto, or one without Ed25519.
    return false;
  }
};

const given = { zip: undefined, anchor: undefined, level: 'LOCAL' };
const at = (id) => document.getElementById(id);

const show = (verdict, text, checks = [], report = '') => {
  at('verdict').dataset.verdict = verdict;
  at('verdict').textContent = text;
  at('report').textContent = report;
  at('checks').replaceChildren(
    ...checks.map(([code, isPassed]) => {
      const item = document.createElement('li');
      item.textContent = `${isPassed ? '✓' : '✗'} ${code}`;
      item.dataset.code = code;
      return item;
    }),
  );
};

const runCheck = async () => {
  if (given.zip === undefined) return;
  at('verdict').dataset.verdict = 'BUSY';
  if (!(await knowsEd25519())) {
    show(
      'UNABLE',
      '此浏览器不支持 Ed25519，无法核验。请更新浏览器，或使用 node verify.mjs。\nThis browser does not know Ed25519, so nothing was checked. Use a newer one, or node verify.mjs.',
    );
    return;
  }
  const verdict = await verifyZip(browserPrimitives, given.zip, given);
  const passed = verdict.passed.map((code) => [code, true]);
  if (!verdict.ok) {
    at('verdict').dataset.code = verdict.code;
    show('REFUSED', `不通过 Refused: ${verdict.code}\n${CODE_TEXTS[verdict.code].join('\n')}`, [
      ...passed,
      [verdict.code, false],
    ]);
  } else if (verdict.isAnchored) show('VERIFIED', '通过 Verified', passed, reportText(verdict.facts));
  else
    show(
      'CONSISTENT',
      '自身一致，但未提供信任清单：密钥属于谁未经核对。\nConsistent in itself, anchor not given: whose keys these are was not checked.',
      passed,
      reportText(verdict.facts),
    );
};

const take = async (file) => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  delete at('verdict').dataset.code;
  if (!file.name.endsWith('.json')) given.zip = bytes;
  else
    try {
      given.anchor = parseAnchor(fromUtf8(bytes) ?? '');
    } catch {
      given.anchor = undefined;
      given.zip = undefined;
      show('UNABLE', '信任清单无法读取。\nThe trust list cannot be read.');
    }
  await runCheck();
};

for (const id of ['bundle', 'trust'])
  at(id).addEventListener('change', ({ target }) => {
    if (target.files.length > 0) void take(target.files[0]);
  });
at('level').addEventListener('change', ({ target }) => {
  given.level = target.value;
  void runCheck();
});
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  // The list is emptied when the event is over.
  const files = [...event.dataTransfer.files];
  void (async () => {
    for (const file of files) await take(file);
  })();
});
