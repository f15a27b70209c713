import { PluginProcess } from "./plugin-process";
import { serve } from "./serve";

serve(new PluginProcess(process.argv.at(-1))).then(
  // the engine reads the port from here
  (port) => process.stdout.write(`${port}\n`),
  (error: Error) => {
    process.stderr.write(`The plugin can't open a port on this computer: ${error.message}\n`);
    process.exitCode = 1;
  },
);
