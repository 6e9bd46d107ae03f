import Glibc
import Ledger
import LedgerEngine
import MessageDigest
import SQLiteStore

/// Measures durable charges of the store in process, without socket and messages.
///
///     store-benchmark DIRECTORY [wallets=10000] [entries=0] [callers=1,8,64,256] [seconds=5] [charges=0]
///
/// Charges until the ledger holds `entries` records, then measures each number of callers for `seconds`, or for
/// `charges` charges. Prints one JSON line per measurement. `cache`, `checkpoint`, `run` and `fold` change the store's
/// settings; `funded` skips the creation of the wallets.
@main
struct StoreBenchmark {
  let arguments: [String: String]

  static func main() async throws {
    guard CommandLine.arguments.count > 1 else {
      print("usage: store-benchmark DIRECTORY [wallets=N] [entries=N] [callers=N,N] [seconds=N] [charges=N]")
      exit(2)
    }
    var arguments: [String: String] = [:]
    for argument in CommandLine.arguments.dropFirst(2) {
      let parts = argument.split(separator: "=", maxSplits: 1)
      arguments[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
    }
    try await StoreBenchmark(arguments: arguments).run(directory: CommandLine.arguments[1])
  }

  private func number(_ name: String, _ standard: Int) -> Int { arguments[name].flatMap { Int($0) } ?? standard }

  private var settings: SQLiteStore.Settings {
    var settings = SQLiteStore.Settings()
    settings.cacheSize = number("cache", settings.cacheSize)
    settings.framesBeforeCheckpoint = number("checkpoint", settings.framesBeforeCheckpoint)
    settings.keys.keysPerRun = number("run", settings.keys.keysPerRun)
    settings.accountsBeforeFold = number("fold", settings.accountsBeforeFold)
    return settings
  }

  private func run(directory: String) async throws {
    let begin = monotonicTime()
    let settings = settings
    let committer = try Committer(
      rules: Rules(sha256: { Digest(SHA256.hash($0)) }),
      clock: { _ in .now },
      open: { () throws(StoreError) -> SQLiteStore in
        try SQLiteStore(directory: directory, settings: settings)
      },
      stopped: { reason in
        print("the ledger stopped: \(reason)")
        exit(1)
      }
    )
    print("{\"opened_ms\": \(Double((monotonicTime() - begin) / 10_000) / 100)}")
    let wallets = number("wallets", 10_000)
    let load = Load(committer: committer, walletCount: wallets)
    if arguments["funded"] == nil { try load.fundWallets() }
    var records = try await load.lastRecord()
    let entries = number("entries", 0)
    while records < entries {
      try load.charge(callers: 1024, count: min(entries - records, 500_000))
      records = try await load.lastRecord()
    }
    for callers in (arguments["callers"] ?? "1,8,64,256").split(separator: ",").compactMap({ Int($0) }) {
      try measure(load, callers: callers, records: records, wallets: wallets)
      records = try await load.lastRecord()
    }
    committer.close()
  }

  private func measure(_ load: Load, callers: Int, records: Int, wallets: Int) throws {
    let count = number("charges", 0)
    if count == 0 { try load.charge(callers: callers, seconds: 1) }
    let before = Usage.now()
    let seconds = count > 0 ? 0 : Double(number("seconds", 5))
    let latencies = try load.charge(callers: callers, count: count, seconds: seconds)
    let used = Usage.now().since(before)
    let charges = Double(latencies.count)
    print(
      """
      {"records": \(records), "wallets": \(wallets), "callers": \(callers), "charges": \(latencies.count), \
      "per_second": \(Int(charges / latencies.seconds)), "p50_us": \(latencies.quantile(0.5)), \
      "p99_us": \(latencies.quantile(0.99)), "p999_us": \(latencies.quantile(0.999)), \
      "max_us": \(latencies.longest / 1000), "rss_mb": \(Usage.residentMegabytes()), \
      "written_per_charge": \(Int(Double(used.bytesWritten) / charges)), \
      "cpu_us_per_charge": \(Double(Int(used.cpuSeconds * 1e8 / charges)) / 100)}
      """
    )
  }
}
