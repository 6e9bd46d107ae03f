import Foundation

/// The log of all runs of `creditsd`.
struct LogFile {
  /// The number of recharges that restarts resumed.
  private(set) var resumedRecharges = 0
  /// The reasons for unknown outcomes of charges, most frequent first.
  let unknownOutcomes: [(reason: Substring, count: Int)]
  /// What the log says as critical, most frequent first.
  let alarms: [(reason: Substring, count: Int)]

  init(path: String) {
    var reasons: [Substring: Int] = [:]
    var alarms: [Substring: Int] = [:]
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") {
      if line.contains("resumed recharges"), let count = line.split(separator: "count=").last {
        resumedRecharges += Int(count.prefix { $0.isNumber }) ?? 0
      } else if line.contains("is unknown"), let reason = line.split(separator: "reason=").last {
        reasons[reason.split(separator: " subject=")[0].prefix(60), default: 0] += 1
      } else if line.contains(" critical "), let sentence = line.range(of: "] ", options: .backwards) {
        alarms[line[sentence.upperBound...], default: 0] += 1
      }
    }
    unknownOutcomes = Self.sorted(reasons)
    self.alarms = Self.sorted(alarms)
  }

  /// Alarms that the torture does not cause on purpose: money may be lost.
  var unexpectedAlarms: [String] {
    let expected = ["the clock is a test's", "the processor charges for another account"]
    return alarms.filter { alarm in !expected.contains { alarm.reason.hasPrefix($0) } }
      .map { "\($0.count) alarms: \($0.reason)" }
  }

  private static func sorted(_ counts: [Substring: Int]) -> [(reason: Substring, count: Int)] {
    counts.map { ($0.key, $0.value) }.sorted { $0.1 > $1.1 }
  }
}

/// Prints a line without buffering, also if standard output is a file.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
