import { CimInstance } from "../../cim/cim-instance";
import { CimInstancePath } from "../../cim/cim-instance-path";
import type { CimValue } from "../../cim/cim-value";
import { Hresult } from "../../schema/hresults";
import type { SimulatedHost } from "../simulated-host";
import { ServiceFault } from "./soap-fault";

/** The namespace of the computer itself. */
export const computerNamespace = "root\\cimv2";

/** What the service manager calls the states of a service. */
const serviceStates = { running: "Running", starting: "Start Pending", stopped: "Stopped" } as const;

/** The few classes of the computer that clients ask for when they open a connection, with the properties that they read. */
function classes({
  hostName,
  vmms,
}: Pick<SimulatedHost, "hostName" | "vmms">): Readonly<Record<string, Readonly<Record<string, CimValue>>>> {
  return {
    Win32_ComputerSystem: { Name: hostName, DNSHostName: hostName, Domain: "WORKGROUP", Manufacturer: "simulated" },
    Win32_ComputerSystemProduct: {
      IdentifyingNumber: "0",
      Name: "simulated",
      UUID: "00000000-0000-0000-0000-000000000000",
      Vendor: "simulated",
      Version: "1",
    },
    Win32_Service: { Name: "vmms", DisplayName: "Hyper-V Virtual Machine Management", State: serviceStates[vmms] },
    Win32_OperatingSystem: { Caption: "Microsoft Windows Server (simulated)", CSName: hostName, Version: "10.0.20348" },
  };
}

/**
 * Finds what a query asks of the computer itself.
 *
 * @throws {@link ServiceFault} when it asks for another class.
 */
export function computerInstances(wql: string, host: Pick<SimulatedHost, "hostName" | "vmms">): readonly CimInstance[] {
  const { hostName } = host;
  const asked = /\bResultClass\s*=\s*(\w+)/i.exec(wql)?.[1] ?? /\bFROM\s+(\w+)/i.exec(wql)?.[1] ?? "";
  const known = classes(host);
  const className = Object.keys(known).find((name) => name.toLowerCase() === asked.toLowerCase());
  if (className === undefined) throw new ServiceFault("DestinationUnreachable", Hresult.WBEM_E_INVALID_CLASS);
  const properties = known[className] ?? {};
  const keys = { Name: String(properties["Name"] ?? hostName) };
  const path = new CimInstancePath({ className, keys, host: hostName, namespace: computerNamespace });
  return [new CimInstance(path, properties)];
}
