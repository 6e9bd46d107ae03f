import Foundation

/// The log of all runs of `creditsd`.
struct LogFile {
  /// The number of recharges that restarts resumed.
  private(set) var resumedRecharges = 0
  /// The reasons for unknown outcomes of charges, most frequent first.
  let unknownOutcomes: [(reason: Substring, count: Int)]

  init(path: String) {
    var reasons: [Substring: Int] = [:]
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") {
      if line.contains("resumed recharges"), let count = line.split(separator: "count=").last {
        resumedRecharges += Int(count.prefix { $0.isNumber }) ?? 0
      } else if line.contains("is unknown"), let reason = line.split(separator: "reason=").last {
        reasons[reason.split(separator: " subject=")[0].prefix(60), default: 0] += 1
      }
    }
    unknownOutcomes = reasons.map { ($0.key, $0.value) }.sorted { $0.1 > $1.1 }
  }
}

/// Prints a line without buffering, also if standard output is a file.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
