import { connect } from "node:http2";

/**
 * Reports that the engine has ended: a provider outlives a killed CLI, and would otherwise never end.
 *
 * Holds one connection to the engine's address, which closes when the engine dies. A later check proves nothing, since addresses are used again.
 *
 * @param address - As it stands last on the command line.
 * @param startedByEngine - Whether an engine is sure to have started this process: one that never answers was killed meanwhile.
 */
export function watchEngine(address: string | undefined, onEnd: () => void, startedByEngine = false): void {
  if (!address || !/^[\w.:[\]-]+:\d+$/.test(address)) return;
  const session = connect(`http://${address}`);
  let wasThere = startedByEngine;
  session.once("connect", () => {
    wasThere = true;
  });
  session.on("error", () => {}); // it closes, too
  session.once("close", () => {
    if (wasThere) onEnd();
  });
  session.unref();
}
