import CreditsClient
import FoundationEssentials
import Glibc

/// Tells the story of phone credits against a `creditsd` of its own, and leaves it serving until Ctrl-C.
@main
enum CreditsStory {
  static func main() async {
    var signals = EndSignals()
    let terminal = Terminal()
    let status = await run(&signals)
    terminal.giveBack()
    exit(status)
  }

  private static func run(_ signals: inout EndSignals) async -> Int32 {
    var template = Array("/tmp/credits-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      print("error: cannot make a directory in /tmp: \(String(cString: strerror(errno)))")
      return 1
    }
    let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    do {
      let daemon = try DaemonProcess(directory: directory)
      do { try await tell(daemon) } catch {
        print("\nerror: the story broke off: \(error)")
        daemon.stop()
        _ = daemon.wait()
        return 1
      }
      signals.wait()
      print("\n   draining…")
      daemon.stop()
      let status = daemon.wait()
      let socket = access(daemon.socketPath, F_OK) == 0 ? "left its socket behind" : "removed its socket"
      print("   creditsd \(socket) and exited with status \(status)")
      return status
    } catch {
      print("error: \(error)")
      return 1
    }
  }

  private static func tell(_ daemon: DaemonProcess) async throws {
    var narrator = Narrator()
    narrator.title("Phone credits, told over \(daemon.socketPath)")
    let credits = try await CreditsClient.connect(socketPath: daemon.socketPath, waitsForServer: true)
    try await Story(credits: credits).tell(&narrator)
    await credits.close()

    narrator.title("creditsd keeps serving. Try, in another terminal:")
    let creditsctl = ".build-release/release/creditsctl --socket \(daemon.socketPath)"
    narrator.line("\(creditsctl) list")
    narrator.line("\(creditsctl) describe credits.v1.WalletService")
    narrator.line("\(creditsctl) call GetWallet '{\"walletId\": \"ada\"}'")
    narrator.line()
    narrator.line("Ctrl-C ends it.")
    fflush(nil)
  }
}
