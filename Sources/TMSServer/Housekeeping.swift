internal import Logging
internal import ServiceLifecycle
internal import TMSAPI
internal import TMSStore

/// Deletes, at the start and once a minute, piece by piece, what nobody will ask for any more: expired tickets of logins,
/// and answers that are not given again. On PostgreSQL each server does it, and passes over what another is at.
struct Housekeeping: ServiceLifecycle.Service {
    private static let intervalSeconds: Int64 = 60
    /// Rows of each kind in one write; others' writes come in between.
    private static let stepRowsMax: Int32 = 1000

    let store: Store
    let caller: Caller
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await deleteOutlived()
                try await Task.sleep(for: .seconds(Self.intervalSeconds))
            }
        }
    }

    private func deleteStep() async throws(APIError) -> Int {
        try await store.write(as: caller) { transaction throws(APIError) in
            try transaction.deleteOutlived(countMax: Self.stepRowsMax)
        }
    }

    private func deleteOutlived() async {
        do throws(APIError) {
            // There may be much after a long rest: a shutdown does not wait for all of it.
            while !Task.isCancelled, try await deleteStep() > 0 {}
        } catch {
            // There is another time.
            logger.notice("expired rows are not deleted yet", metadata: ["error": "\(error.message)"])
        }
    }
}
