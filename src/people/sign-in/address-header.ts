/** Where the transport says from where a request came; what a client sends by this name is dropped. */
export const ADDRESS_HEADER = 'x-otpost-address';
