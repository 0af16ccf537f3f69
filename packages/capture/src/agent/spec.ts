/** What makes an agent the one it is. */
export interface AgentSpec {
  /** The command: `capture-tcp`. */
  readonly name: string;
  /** One line for --help. */
  readonly description: string;
  /** The BPF filter, unless NETWORK_FILTER or --filter say otherwise. */
  readonly filter: string;
  /** Its package.json, for --version. */
  readonly packageUrl: URL;
}
