#if DEBUG
  import Foundation
  import Logging
  import Testing

  @testable import UnixGRPC

  @Suite("Types confined to an event loop")
  struct LoopConfinementTests {
    /// An entry point of a confined type.
    enum Entry: String, Codable, CaseIterable {
      case watch, unwatch, flush, closeTransport, resetStream, connectionEvent, deadline, accept
    }

    @Test("trap in a debug build when used from another thread", arguments: Entry.allCases)
    func otherThread(entry: Entry) async throws {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [entry] in
        try Self.enter(entry, on: try EventLoop())
      }
      let error = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      #expect(error.contains("confined to an event loop"), "\(error)")
    }

    @Test("may be used from the loop's thread", arguments: Entry.allCases)
    func ownThread(entry: Entry) throws {
      let loop = try EventLoop()
      // The thread that runs the loop's turns is the loop's thread.
      loop.turn(mayWait: false)
      try Self.enter(entry, on: loop)
    }

    private final class Source: EventSource {
      func ready(_ readiness: Readiness) {}
    }

    private static func enter(_ entry: Entry, on loop: EventLoop) throws {
      let core = ServerCore(
        services: [],
        configuration: .init(socketPath: "unused"),
        logger: Logger(label: "test")
      )
      let transport = HTTP2Transport(
        role: .server,
        limits: ConnectionLimits(),
        timing: ConnectionTiming(),
        eventLoop: loop
      )
      let peer = PeerCredentials(processID: 1, userID: 1, groupID: 1)
      let connection = ServerConnection(peer: peer, server: core, transport: transport, eventLoop: loop) { _ in }
      switch entry {
      case .watch:
        let descriptor = OwnedDescriptor(takingOwnershipOf: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        try loop.watch(descriptor.number, for: .readable, source: Source())
      case .unwatch:
        let descriptor = OwnedDescriptor(takingOwnershipOf: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        if loop.inEventLoop { try loop.watch(descriptor.number, for: .readable, source: Source()) }
        loop.unwatch(descriptor.number)
      case .flush: transport.flush()
      case .closeTransport: transport.close(nil)
      case .resetStream: transport.session.reset(stream: 1, .cancel)
      case .connectionEvent: connection.headersBegan(stream: 1)
      case .deadline: DeadlineTimer<ServerConnection>(eventLoop: loop).cancel()
      case .accept:
        let listener = OwnedDescriptor(takingOwnershipOf: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        let acceptor = Acceptor(
          listener: listener,
          eventLoop: loop,
          accepted: { _, _ in false },
          failed: { _ in },
          closed: {}
        )
        try acceptor.start()
      }
    }
  }
#endif
