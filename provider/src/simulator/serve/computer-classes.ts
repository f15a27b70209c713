import { CimInstance } from "../../cim/cim-instance";
import { CimInstancePath } from "../../cim/cim-instance-path";
import type { CimValue } from "../../cim/cim-value";
import { Hresult } from "../../schema/hresults";
import type { SimulatedHost } from "../simulated-host";
import { ServiceFault } from "./soap-fault";

/** The namespace of the computer itself. */
export const computerNamespace = "root\\cimv2";

/** The service manager's names of a service's states. */
const serviceStates = { running: "Running", starting: "Start Pending", stopped: "Stopped" } as const;

/** Makes the computer classes that clients read when they open a connection, with the properties that they need. */
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
 * Finds the instances of a query for the computer's own classes.
 *
 * @throws {@link ServiceFault} when the query is for another class.
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
