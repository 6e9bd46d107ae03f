/// The command line that every client takes: `SOCKET IN_FLIGHT[@RATE] WARMUP_SECONDS MEASURE_SECONDS options…`.
public struct ClientArguments: Sendable {
  public var socket: String
  public var inFlight: Int
  /// Calls that are begun in a second, all callers together; nil to begin each when the one before has ended.
  public var callsPerSecond: Double?
  public var warmUp: Duration
  public var measure: Duration
  /// The arguments after the four common ones.
  public var options: [String]

  /// Parses a command line. Returns nil if it does not have the form above.
  ///
  /// - Parameter words: The command line, with the program's name first.
  public init?(_ words: [String]) {
    guard words.count >= 5 else { return nil }
    let load = words[2].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    if load.count == 2 {
      guard let rate = Double(load[1]), rate > 0 else { return nil }
      callsPerSecond = rate
    }
    guard let inFlight = Int(load[0]), inFlight > 0,
      let warmUp = Double(words[3]), let measure = Double(words[4])
    else { return nil }
    self.socket = words[1]
    self.inFlight = inFlight
    self.warmUp = .seconds(warmUp)
    self.measure = .seconds(measure)
    self.options = Array(words[5...])
  }
}
