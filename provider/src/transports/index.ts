import type { CimSession } from "../cim/cim-session";
import type { Finding } from "../finding";
import type { ConnectionQuestion, OwnQuestion } from "../probe-answer";
import { powerShellOptions } from "./powershell/configuration";
import { simulatedOptions } from "./simulated/configuration";
import { sshOptions } from "./ssh/configuration";
import { wsmanOptions } from "./wsman/configuration";

/** The code of one transport, loaded when it is first used. */
interface TransportModule<Options> {
  readonly open: (options: Options) => CimSession | Promise<CimSession>;
  /** Tries the connection step by step, where it has steps; the first failure ends it. */
  readonly examine?: (options: Options) => AsyncIterable<Finding>;
  /** What a probe asks of the connection itself. */
  readonly questions?: readonly ConnectionQuestion<Options>[];
}

/** A kind of connection to hosts. */
interface Transport<Configuration> {
  /**
   * Opens a session to the configured host.
   *
   * @throws {@link InvalidArgumentError} when the configuration can't lead to a host, and what the transport's opening throws.
   */
  readonly open: (configuration: Configuration) => Promise<CimSession>;
  /** Tries the connection to the configured host step by step. */
  readonly examine: (configuration: Configuration) => AsyncIterable<Finding>;
  /** Returns what a probe asks of the connection to the configured host. */
  readonly questions: (configuration: Configuration) => Promise<readonly OwnQuestion[]>;
}

function transport<Configuration, Options>(
  readOptions: (configuration: Configuration) => Options,
  load: () => Promise<TransportModule<Options>>,
): Transport<Configuration> {
  return {
    open: async (configuration) => {
      const options = readOptions(configuration);
      return (await load()).open(options);
    },
    examine: async function* (configuration) {
      const options = readOptions(configuration);
      yield* (await load()).examine?.(options) ?? [];
    },
    questions: async (configuration) => {
      const options = readOptions(configuration);
      const { questions = [] } = await load();
      return questions.map(({ id, ask }) => ({ id, ask: () => ask(options) }));
    },
  };
}

/** Every transport, by its name in the configuration. A process loads only the code of the one that it uses. */
export const transports = {
  powershell: transport(powerShellOptions, () => import("./powershell/index.js")),
  wsman: transport(wsmanOptions, () => import("./wsman/index.js")),
  ssh: transport(sshOptions, () => import("./ssh/index.js")),
  simulated: transport(simulatedOptions, () => import("./simulated/index.js")),
} as const;
