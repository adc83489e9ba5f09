// Passkeys (WebAuthn): a form with data-passkey="create" or "get" asks the browser before it is sent. The options come from
// the server in data-options; binary parts travel as base64url in both directions.
(() => {
  const bytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const withBytes = (entries) => (entries ?? []).map((entry) => ({ ...entry, id: bytes(entry.id) }));

  const create = async ({ publicKey }) => {
    const credential = await navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        user: { ...publicKey.user, id: bytes(publicKey.user.id) },
        excludeCredentials: withBytes(publicKey.excludeCredentials),
      },
    });
    return told(credential, {
      attestationObject: text(credential.response.attestationObject),
      transports: credential.response.getTransports?.() ?? [],
    });
  };

  const get = async ({ publicKey }) => {
    const credential = await navigator.credentials.get({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        allowCredentials: withBytes(publicKey.allowCredentials),
      },
    });
    const { authenticatorData, signature, userHandle } = credential.response;
    return told(credential, {
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    });
  };

  const told = (credential, response) => ({
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
    clientExtensionResults: credential.getClientExtensionResults(),
  });

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const status = form.querySelector("[data-passkey-status]");
    const options = JSON.parse(form.dataset.options);
    const credential = form.elements.namedItem("credential");
    credential.value = ""; // Django writes an empty one as "null"
    form.addEventListener(
      "submit",
      async (event) => {
        if (credential.value) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (!window.PublicKeyCredential) {
          status.textContent = status.dataset.unknown;
          return;
        }
        status.textContent = status.dataset.asking;
        try {
          const answer = await (form.dataset.passkey === "create" ? create : get)(options);
          credential.value = JSON.stringify(answer);
          form.requestSubmit();
        } catch {
          status.textContent = status.dataset.failed;
        }
      },
      true,
    );
  }
})();
