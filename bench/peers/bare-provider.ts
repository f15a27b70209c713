/** A provider of a few bytes, for a dynamic host that does nothing else. @param seconds - How long each `create` is in flight. */
export const bareProviderText = (seconds = 0): string =>
  `exports.handler=()=>({create:()=>new Promise(done=>setTimeout(done,${seconds * 1000},{id:"1",outs:{}}))})`;
