/// The command line that every echo client takes: `SOCKET IN_FLIGHT WARMUP_SECONDS MEASURE_SECONDS options…`.
public struct ClientArguments: Sendable {
  public var socket: String
  public var inFlight: Int
  public var warmUp: Duration
  public var measure: Duration
  /// The arguments after the four common ones.
  public var options: [String]

  /// Parses a command line. Returns nil if it does not have the form above.
  ///
  /// - Parameter words: The command line, with the program's name first.
  public init?(_ words: [String]) {
    guard words.count >= 5, let inFlight = Int(words[2]), inFlight > 0,
      let warmUp = Double(words[3]), let measure = Double(words[4])
    else { return nil }
    self.socket = words[1]
    self.inFlight = inFlight
    self.warmUp = .seconds(warmUp)
    self.measure = .seconds(measure)
    self.options = Array(words[5...])
  }
}
