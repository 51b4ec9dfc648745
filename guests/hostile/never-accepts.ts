/** Listens with a backlog of 16 and never accepts. */
import { Listener } from 'qingtian:enclave/vsock'

const listener = Listener.listen(5000, 16)
setInterval(() => listener, 1000)
