import CreditsClient
import CreditsVersion
import FoundationEssentials
import Glibc
import ProcessSetup
import Synchronization

/// Demonstrates phone credits with a `creditsd` that it starts, and leaves it serving until Ctrl-C.
@main
enum CreditsStory {
  /// Synchronous because the signals must be blocked before the first task starts a thread.
  static func main() {
    ProcessSetup.prepareProgram()
    guard CommandLine.arguments.count == 1 else {
      exit(answer(CommandLine.arguments.dropFirst().joined(separator: " ")))
    }
    let signals = EndSignals()
    let terminal = Terminal()
    let status = run(until: signals)
    terminal.restore()
    exit(status)
  }

  /// It takes no options, but is asked its name as other programs are. Returns the exit status.
  private static func answer(_ arguments: String) -> Int32 {
    switch arguments {
    case "--version": print(CreditsVersion.current)
    case "--help", "-h":
      print("USAGE: credits-story\n\nTells the story of phone credits against a creditsd of its own.")
    default:
      let sentence = "error: credits-story takes no arguments but --version and --help\n"
      _ = write(STDERR_FILENO, sentence, sentence.utf8.count)
      return 64
    }
    return 0
  }

  private static func run(until signals: EndSignals) -> Int32 {
    var template = Array("/tmp/credits-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      print("error: cannot make a directory in /tmp: \(String(cString: strerror(errno)))")
      return 1
    }
    let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    do {
      let daemon = try DaemonProcess(directory: directory)
      let hasFailed = Flag()
      Task {
        do { try await runStory(daemon) } catch {
          print("\nerror: the story broke off: \(error)")
          hasFailed.set()
          daemon.stop()
        }
      }
      // Returns on Ctrl-C, SIGTERM, or the exit of the daemon.
      signals.wait()
      daemon.stop()
      let status = daemon.wait()
      if hasFailed.isSet { return 1 }
      let socket = access(daemon.socketPath, F_OK) == 0 ? "left its socket behind" : "removed its socket"
      print("\n   creditsd drained, \(socket) and exited with status \(status)")
      return status
    } catch {
      print("error: \(error)")
      return 1
    }
  }

  private static func runStory(_ daemon: DaemonProcess) async throws {
    var narrator = Narrator()
    narrator.title("Phone credits, told over \(daemon.socketPath)")
    if DaemonProcess.simulatesCards {
      narrator.line("Cards are simulated: creditsd runs with --processor simulated, and no money moves.")
    }
    let credits = try await CreditsClient.connect(socketPath: daemon.socketPath, waitsForServer: true)
    try await Story(credits: credits).run(&narrator)
    await credits.close()

    narrator.title("creditsd keeps serving. Try, in another terminal:")
    let creditsctl = ".build-release/release/creditsctl"
    let socket = "--socket \(daemon.socketPath)"
    narrator.line("\(creditsctl) list \(socket)")
    narrator.line("\(creditsctl) describe credits.v1.WalletService \(socket)")
    narrator.line("\(creditsctl) call GetWallet '{\"walletId\": \"ada\"}' \(socket)")
    narrator.line()
    narrator.line("Ctrl-C ends it.")
    try narrator.flush()
  }
}

/// A flag that one thread sets and another reads.
private final class Flag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .acquiring) }

  func set() { value.store(true, ordering: .releasing) }
}
