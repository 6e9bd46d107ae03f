import CreditsSocketPath
import Foundation
import Testing

@Suite("The names of sockets")
struct SocketNameTests {
  @Test(
    "are read as gRPC has them",
    arguments: [
      ("/run/s", .path("/run/s")), ("s", .path("s")), ("unix:s", .path("s")), ("unix:/run/s", .path("/run/s")),
      ("unix:///run/s", .path("/run/s")), ("unix-abstract:a", .abstract("a")), ("@a", .abstract("a")),
      ("./@a", .path("./@a")), ("./unix:a", .path("./unix:a")), ("unix-abstract:a:b", .abstract("a:b")),
      ("unix://host/s", nil), ("unix://", nil), ("unix:", nil), ("@", nil), ("", nil),
    ] as [(String, SocketName?)]
  )
  func parsing(text: String, name: SocketName?) {
    #expect(SocketName(text) == name)
  }

  @Test("without one are the environment's, absolute ones only")
  func usual() {
    func path(_ variables: [String: String]) -> String { CreditsSocket.defaultPath { variables[$0] } }
    #expect(path([:]) == "/run/credits/credits.sock")
    #expect(path(["XDG_RUNTIME_DIR": "/run/user/7"]) == "/run/user/7/credits/credits.sock")
    #expect(path(["XDG_RUNTIME_DIR": "run"]) == "/run/credits/credits.sock")
    #expect(path(["XDG_RUNTIME_DIR": "/run/user/7", "CREDITS_SOCKET": "@a"]) == "@a")
  }

  @Test("that gRPC has for a path lead creditsctl to it, on the command line and in the environment")
  func paths() async throws {
    try await ProbeServer.run { path in
      for name in ["unix:\(path)", "unix://\(path)", path] {
        let listed = try await Tool.run(["list", "--socket", name])
        #expect(listed.status == 0 && listed.output.contains("probe.v1.ProbeService"), "\(listed.errors)")
        let health = try await Tool.run(["health"], environment: ["CREDITS_SOCKET": name])
        #expect(health.output == "SERVING\n")
      }
    }
    let wrong = try await Tool.run(["list", "--socket", "unix://host/s"])
    #expect(wrong.status == 2 && wrong.errors.contains("unix-abstract:NAME"))
  }

  @Test("in the abstract namespace lead creditsctl to it too")
  func abstract() async throws {
    try await ProbeServer.run { path in
      let relay = try AbstractRelay(name: "relay of \(path)", to: path)
      for name in ["@relay of \(path)", "unix-abstract:relay of \(path)"] {
        let called = try await Tool.run(["call", "--socket", name, "Count", "{\"to\":1}", "--compact"])
        #expect(called.output == "{\"number\":1}\n", "\(called.errors)")
      }
      withExtendedLifetime(relay) {}
    }
    let nobody = try await Tool.run(["health", "--socket", "@nobody of \(UUID())"])
    #expect(nobody.status == 3 && nobody.errors.contains("nothing listens on @nobody"))
  }

  @Test("are looked for elsewhere where there is none, as a login has another place than the system")
  func elsewhere() async throws {
    try await ProbeServer.run(name: "credits/credits.sock") { path in
      let runtime = path.replacingOccurrences(of: "/credits/credits.sock", with: "")
      let outcome = try await Tool.run(
        ["list", "--socket", runtime + "/none"],
        environment: ["XDG_RUNTIME_DIR": runtime]
      )
      #expect(outcome.status == 3)
      #expect(outcome.errors.contains("there is no socket at \(runtime)/none, but there is one at \(path)"))
    }
  }
}
